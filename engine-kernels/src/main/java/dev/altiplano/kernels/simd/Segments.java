package dev.altiplano.kernels.simd;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.MemorySegment;

/** What loops of vector loads need in front of them. */
final class Segments {
    private Segments() {}

    /**
     * Reads one byte. To be called before the loop by every method that loads vectors of weights,
     * and for the activations of dot products.
     *
     * <p>Weights: HotSpot turns a read behind the end of a mapped file into an {@link
     * InternalError} only in compiled code that it knows to read foreign memory, and vector loads
     * do not tell it (JDK 25.0.3): with one plain read in the same compiled method they end in the
     * error when a shard is cut short, without it in SIGBUS.
     *
     * <p>Both: behind this read the segment's class, thread and liveness are known, and the loads
     * of the loop check their bounds alone. C2 mostly moves those checks by itself; where it does
     * not, every load makes all of them, and a kernel takes twice as long. It helps often, not
     * always (docs/performance.md).
     */
    static void touch(MemorySegment segment, long offset) {
        byte _ = segment.get(JAVA_BYTE, offset);
    }
}
