package dev.altiplano.bench;

import com.sun.management.OperatingSystemMXBean;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Measures how many bytes a second the memory gives: every thread sums its share of a buffer off
 * the heap. The buffer has to be larger than the caches, or theirs is the speed that is found.
 */
public final class ReadBandwidth {
    private static final ValueLayout.OfLong WORD = ValueLayout.JAVA_LONG;
    private static final int UNROLLED =
            8; // independent sums, or the addition's latency is measured
    private static final int PASSES = 5;
    private static final long SMALLEST_BUFFER = 1L << 26;
    private static final long LARGEST_BUFFER = 1L << 30;

    private ReadBandwidth() {}

    /**
     * Bytes per second, from a buffer that is larger than any cache but takes no more than a
     * quarter of the memory that the machine can spare.
     *
     * @param threads that read at the same time, at least 1
     */
    public static double measure(int threads) {
        long spare =
                ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
                        .getFreeMemorySize();
        return measure(threads, Math.clamp(spare / 4, SMALLEST_BUFFER, LARGEST_BUFFER));
    }

    /**
     * Bytes per second of the best of some passes.
     *
     * @param threads that read at the same time, at least 1
     * @param bytes length of the buffer, taken off the heap; at least 1024 per thread
     */
    public static double measure(int threads, long bytes) {
        long words = bytes / Long.BYTES / threads / UNROLLED * UNROLLED;
        if (threads < 1 || words < 128) {
            throw new IllegalArgumentException(
                    "%d threads read %d bytes, expected at least 1024 for each"
                            .formatted(threads, bytes));
        }
        try (Arena arena = Arena.ofShared();
                ExecutorService readers = Executors.newFixedThreadPool(threads)) {
            MemorySegment buffer = arena.allocate(words * threads * Long.BYTES, Long.BYTES);
            double best = 0;
            for (int pass = 0; pass < PASSES; pass++) { // the first ones warm the loop up
                long start = System.nanoTime();
                readAll(buffer, words, threads, readers);
                double seconds = (System.nanoTime() - start) * 1e-9;
                best = Math.max(best, buffer.byteSize() / seconds);
            }
            return best;
        }
    }

    private static void readAll(
            MemorySegment buffer, long words, int threads, ExecutorService readers) {
        List<Future<Long>> parts = new ArrayList<>();
        for (int t = 0; t < threads; t++) {
            MemorySegment part = buffer.asSlice(t * words * Long.BYTES, words * Long.BYTES);
            parts.add(readers.submit(() -> sum(part)));
        }
        long sum = 0;
        for (Future<Long> part : parts) {
            sum += result(part);
        }
        if (sum != 0) { // the sum is used, so that the reading cannot be left out
            throw new IllegalStateException("fresh memory holds something other than zeros");
        }
    }

    private static long result(Future<Long> part) {
        try {
            return part.get();
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while memory was measured", e);
        }
    }

    private static long sum(MemorySegment part) {
        long words = part.byteSize() / Long.BYTES;
        long a = 0;
        long b = 0;
        long c = 0;
        long d = 0;
        for (long i = 0; i < words; i += UNROLLED) {
            a += part.getAtIndex(WORD, i) + part.getAtIndex(WORD, i + 1);
            b += part.getAtIndex(WORD, i + 2) + part.getAtIndex(WORD, i + 3);
            c += part.getAtIndex(WORD, i + 4) + part.getAtIndex(WORD, i + 5);
            d += part.getAtIndex(WORD, i + 6) + part.getAtIndex(WORD, i + 7);
        }
        return a + b + c + d;
    }
}
