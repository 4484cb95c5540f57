package dev.altiplano.kernels.internal;

import java.lang.foreign.MemorySegment;

/**
 * Activations and sums of a piece of an input-major matrix: {@link TileOperands#STRIDE} inputs or
 * fewer, a range of columns. One object per worker.
 */
public final class SumOperands {
    /** Factors: the inputs of the piece. */
    public MemorySegment x = MemorySegment.NULL;

    /** Byte at which the factor of the next weight row stands; kernels advance it. */
    public long x0;

    /** Sums of the columns in the order of the kernels, added to. */
    public MemorySegment sums = MemorySegment.NULL;
}
