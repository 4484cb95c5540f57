package dev.altiplano;

import com.sun.management.ThreadMXBean;

import dev.altiplano.kernels.KernelProbe;
import dev.altiplano.kernels.KvType;
import dev.altiplano.kernels.Matrix;
import dev.altiplano.loader.TextWeights;

import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * Runs kernels until they are compiled, and says which of them then still make objects or are
 * slower than their scalar twins.
 *
 * <p>The least of many measurements counts, so that other work on the machine does not spoil the
 * result: it makes a kernel slower now and then, a bad one is slow every time.
 */
final class KernelCheck {
    /** Before that the twins are not compiled either. */
    private static final int LEAST_ROUNDS = 40;

    private static final int CALLS = 25;

    /** Fewer, because they take longer. */
    private static final int TWIN_CALLS = 5;

    /** What the clock may be off; a kernel that is compiled badly loses more. */
    private static final long TICK = 250;

    /** By then the compilers are done, also on a busy machine; in ns of this thread's work. */
    private static final long MOST_WORK = 6_000_000_000L;

    private final List<Measured> kernels;

    KernelCheck(List<KernelProbe> probes) {
        kernels = probes.stream().map(Measured::new).toList();
    }

    /** The kernels that a model with these weights uses. */
    static KernelCheck of(TextWeights weights, KvType type) {
        List<KernelProbe> probes = new ArrayList<>(KernelProbe.ofActivations(type));
        for (Matrix matrix : Matrices.largestOfEachKind(weights)) {
            probes.addAll(KernelProbe.of(matrix));
        }
        return new KernelCheck(probes);
    }

    /**
     * Measures.
     *
     * @param stop asked often; what was found up to then is worth nothing
     */
    List<PerformanceFinding> run(BooleanSupplier stop) {
        ThreadMXBean thread = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long end = thread.getCurrentThreadCpuTime() + MOST_WORK;
        int rounds = 0;
        do {
            for (Measured kernel : kernels) {
                if (stop.getAsBoolean()) {
                    return List.of();
                }
                kernel.measure(thread);
            }
            rounds++;
        } while (thread.getCurrentThreadCpuTime() < end
                && (rounds < LEAST_ROUNDS || !kernels.stream().allMatch(Measured::isGood)));
        return findings();
    }

    private List<PerformanceFinding> findings() {
        List<PerformanceFinding> found = new ArrayList<>();
        add(found, PerformanceCliff.KERNEL_ALLOCATES, Measured::allocates);
        add(found, PerformanceCliff.KERNEL_SLOWER_THAN_SCALAR, Measured::isSlow);
        return List.copyOf(found);
    }

    private void add(
            List<PerformanceFinding> found, PerformanceCliff cliff, Predicate<Measured> has) {
        String names =
                kernels.stream().filter(has).map(Measured::text).collect(Collectors.joining("; "));
        if (!names.isEmpty()) {
            found.add(new PerformanceFinding(cliff, names));
        }
    }

    /** One kernel, and the best that was seen of it. */
    private static final class Measured {
        private final KernelProbe probe;
        private long nanos = Long.MAX_VALUE;
        private long twinNanos = Long.MAX_VALUE;
        private long bytes = Long.MAX_VALUE;

        Measured(KernelProbe probe) {
            this.probe = probe;
        }

        void measure(ThreadMXBean thread) {
            for (int i = 0; i < CALLS; i++) {
                long before = thread.getCurrentThreadAllocatedBytes();
                long start = System.nanoTime();
                probe.run();
                nanos = Math.min(nanos, System.nanoTime() - start);
                bytes = Math.min(bytes, thread.getCurrentThreadAllocatedBytes() - before);
            }
            for (int i = 0; i < TWIN_CALLS; i++) {
                long start = System.nanoTime();
                probe.runTwin();
                twinNanos = Math.min(twinNanos, System.nanoTime() - start);
            }
        }

        boolean isGood() {
            return !allocates() && !isSlow();
        }

        boolean allocates() {
            return bytes > 0;
        }

        boolean isSlow() {
            return nanos > twinNanos + TICK;
        }

        String text() {
            return String.format(
                    Locale.ROOT,
                    "%s: %d bytes, %.1f us, plain Java %.1f us",
                    probe.name(),
                    bytes,
                    nanos / 1e3,
                    twinNanos / 1e3);
        }
    }
}
