package dev.altiplano.kernels.simd;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.MemorySegment;

/** What loops of vector loads need in front of them. */
final class Segments {
    private Segments() {}

    /**
     * Reads one byte. To be called by every method that loads vectors from a segment in a loop, for
     * each segment, before the loop.
     *
     * <p>Weights: HotSpot turns a read behind the end of a mapped file into an {@link
     * InternalError} only in compiled code that it knows to read foreign memory, and vector loads
     * do not tell it (JDK 25.0.3): with one plain read in the same compiled method they end in the
     * error when a shard is cut short, without it in SIGBUS.
     *
     * <p>All: behind this read the segment's class, thread and liveness are known, and the loads of
     * the loop check their bounds alone. Otherwise C2 mostly finds out by itself; where it does
     * not, in one JVM of ten, every load checks all of it, and a kernel takes twice as long.
     */
    static void touch(MemorySegment segment, long offset) {
        byte _ = segment.get(JAVA_BYTE, offset);
    }
}
