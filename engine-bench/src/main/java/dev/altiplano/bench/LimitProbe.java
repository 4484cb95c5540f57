package dev.altiplano.bench;

import com.sun.management.OperatingSystemMXBean;

import dev.altiplano.bench.internal.LimitLoops;
import dev.altiplano.kernels.Worker;
import dev.altiplano.kernels.Workers;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.DoubleAdder;
import java.util.stream.Stream;

/**
 * Measures what the machine can do at best, again and again beside what is to be compared with it:
 * bytes per second that its threads read from memory, and multiplications and additions per second
 * that they make in registers.
 *
 * <p>The buffer has to be larger than the caches, or theirs is the speed that is found. Virtual
 * machines may report a last-level cache of hundreds of megabytes that they share with others;
 * therefore it takes 1 GiB where that is no more than a quarter of the memory to be had.
 *
 * <p>For one thread. Owns the buffer and its threads until it is closed.
 */
public final class LimitProbe implements AutoCloseable {
    /** A buffer of this size is beyond every cache. */
    static final long LARGE_BUFFER = 1L << 30;

    private static final long SMALL_BUFFER = 64L << 20;

    /** Bytes that a thread reads before it asks for more: four streams of 256 KiB. */
    private static final long ITEM_BYTES = 1L << 20;

    /** Rounds of a call: some microseconds, so that a compiled version is soon called. */
    private static final int ROUNDS = 2000;

    private static final long OPERATIONS_NANOS = 20_000_000;
    private static final long WINDOW_NANOS = 20_000_000;
    private static final int FAST_WINDOWS = 10;
    private static final long MOST_WARM_NANOS = 10_000_000_000L;

    /** Bytes or operations per nanosecond that every processor exceeds with compiled loops. */
    private static final double COMPILED_PER_NANO = 1;

    /** Whether the loops of this process are compiled: windows that every later probe can spare. */
    private static final AtomicBoolean WARM = new AtomicBoolean();

    private final LimitLoops loops = LimitLoops.best();
    private final int threads;
    private final Arena arena;
    private final MemorySegment buffer;
    private final Workers workers;

    /** Takes what the loops computed, so that none of it can be left out. */
    private final DoubleAdder sink = new DoubleAdder();

    /**
     * One look at the limits.
     *
     * @param bandwidth bytes read per second
     * @param operations floating-point operations per second: two per multiplication and addition
     */
    public record Sample(double bandwidth, double operations) {}

    private LimitProbe(int threads, Arena arena, long bytes) {
        this.threads = threads;
        this.arena = arena;
        buffer = arena.allocate(bytes, LimitLoops.STEP);
        workers = new Workers(threads);
    }

    /**
     * Takes a buffer and warms the loops up.
     *
     * @param threads the most that will run at the same time, at least 1
     */
    public static LimitProbe open(int threads) {
        return open(threads, Math.clamp(availableBytes() / 4, SMALL_BUFFER, LARGE_BUFFER));
    }

    /**
     * As {@link #open(int)}, with a buffer of a wanted size.
     *
     * @param bytes rounded down to whole MiB, at least one
     */
    public static LimitProbe open(int threads, long bytes) {
        if (threads < 1 || bytes < ITEM_BYTES) {
            throw new IllegalArgumentException(
                    "%d threads read %d bytes, expected at least 1 thread and %d bytes"
                            .formatted(threads, bytes, ITEM_BYTES));
        }
        Arena arena = Arena.ofShared();
        try {
            LimitProbe probe = new LimitProbe(threads, arena, bytes / ITEM_BYTES * ITEM_BYTES);
            probe.warmUp();
            return probe;
        } catch (Throwable e) {
            arena.close();
            throw e;
        }
    }

    /**
     * Until the loops are compiled for good. Before that, vectors are objects and hundreds of times
     * slower; and a loop that was compiled while it ran becomes slow once more when its method is
     * compiled with counters, so it has to stay fast for a while.
     */
    private void warmUp() {
        long start = System.nanoTime();
        int fast = WARM.get() ? FAST_WINDOWS - 1 : 0;
        while (fast < FAST_WINDOWS && System.nanoTime() - start < MOST_WARM_NANOS) {
            fast = readsFast() && computesFast() ? fast + 1 : 0;
        }
        WARM.compareAndSet(false, fast == FAST_WINDOWS);
        sample();
    }

    private boolean readsFast() {
        long calls = 0;
        long start = System.nanoTime();
        long elapsed;
        do {
            sink.add((double) loops.read(buffer, 0, ITEM_BYTES));
            calls++;
            elapsed = System.nanoTime() - start;
        } while (elapsed < WINDOW_NANOS);
        return calls * ITEM_BYTES > COMPILED_PER_NANO * elapsed;
    }

    private boolean computesFast() {
        long calls = 0;
        long start = System.nanoTime();
        long elapsed;
        do {
            sink.add(loops.multiplyAdd(ROUNDS));
            calls++;
            elapsed = System.nanoTime() - start;
        } while (elapsed < WINDOW_NANOS);
        return (double) calls * ROUNDS * loops.operationsPerRound() > COMPILED_PER_NANO * elapsed;
    }

    /** In words, for example {@code vector loops, 512 bit}. */
    public String loops() {
        return loops.description();
    }

    /** The most threads that it runs. */
    public int threads() {
        return threads;
    }

    /** Bytes that are read for one sample. */
    public long bufferBytes() {
        return buffer.byteSize();
    }

    /** Whether the buffer is beyond every cache, so that memory answers and nothing else. */
    public boolean isBeyondCaches() {
        return bufferBytes() >= LARGE_BUFFER;
    }

    /** Measures with all threads; takes about a tenth of a second. */
    public Sample sample() {
        return sample(threads);
    }

    /**
     * Measures with some of the threads.
     *
     * @param active 1 to {@link #threads}
     */
    public Sample sample(int active) {
        if (active < 1 || active > threads) {
            throw new IllegalArgumentException(
                    "%d of %d threads, expected 1 to %d".formatted(active, threads, threads));
        }
        return new Sample(bandwidth(active), operations(active));
    }

    private double bandwidth(int active) {
        int items = (int) (buffer.byteSize() / ITEM_BYTES);
        AtomicInteger next = new AtomicInteger();
        double seconds =
                seconds(worker -> {
                    if (worker.index() < active) {
                        long sum = 0;
                        for (int i; (i = next.getAndIncrement()) < items; ) {
                            sum += loops.read(buffer, i * ITEM_BYTES, ITEM_BYTES);
                        }
                        sink.add((double) sum);
                    }
                });
        return buffer.byteSize() / seconds;
    }

    private double operations(int active) {
        AtomicInteger calls = new AtomicInteger();
        double seconds =
                seconds(worker -> {
                    if (worker.index() < active) {
                        long start = System.nanoTime();
                        float sum = 0;
                        int own = 0;
                        do {
                            sum += loops.multiplyAdd(ROUNDS);
                            own++;
                        } while (System.nanoTime() - start < OPERATIONS_NANOS);
                        calls.addAndGet(own);
                        sink.add((double) sum);
                    }
                });
        return (double) calls.get() * ROUNDS * loops.operationsPerRound() / seconds;
    }

    private double seconds(Workers.Region region) {
        workers.run(Worker::index); // wakes threads that sleep
        long start = System.nanoTime();
        workers.run(region);
        return (System.nanoTime() - start) * 1e-9;
    }

    /** Memory that could be given, with what is held only to read files faster. */
    private static long availableBytes() {
        OperatingSystemMXBean system =
                (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        long whole = memoryInfo("MemTotal:").orElse(0);
        if (system.getTotalMemorySize() < whole) { // a container with less than the machine
            return system.getFreeMemorySize();
        }
        return memoryInfo("MemAvailable:").orElseGet(system::getFreeMemorySize);
    }

    /** Bytes as Linux tells them. */
    private static OptionalLong memoryInfo(String name) {
        try (Stream<String> lines = Files.lines(Path.of("/proc/meminfo"))) {
            return lines.filter(line -> line.startsWith(name))
                    .mapToLong(line -> 1024 * Long.parseLong(line.replaceAll("\\D", "")))
                    .findFirst();
        } catch (IOException | RuntimeException _) { // another system
            return OptionalLong.empty();
        }
    }

    @Override
    public void close() {
        workers.close();
        arena.close();
    }
}
