package dev.altiplano.kernels.simd;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.MemorySegment;

/** Keeps a shard that is cut short while it is mapped from ending the process. */
final class Mapped {
    private Mapped() {}

    /**
     * Reads one byte. To be called by every method that loads weights.
     *
     * <p>HotSpot turns a read behind the end of a mapped file into an {@link InternalError} only in
     * compiled code that it knows to read foreign memory, and vector loads do not tell it (JDK
     * 25.0.3): with one plain read in the same compiled method they end in the error, without it in
     * SIGBUS.
     */
    static void guard(MemorySegment weights, long offset) {
        byte _ = weights.get(JAVA_BYTE, offset);
    }
}
