package dev.altiplano.kernels.internal;

import java.lang.foreign.MemorySegment;

/**
 * Activations and sums of a piece of an input-major matrix: {@link TileOperands#STRIDE} inputs or
 * fewer, a range of columns. One object per worker.
 */
public final class SumOperands {
    /** Rows of factors that share one reading of the weights. */
    public int rows = 1;

    /**
     * Factors {@code [rows][TileOperands.STRIDE]}: the inputs of the piece in the order of {@link
     * KernelSet#inputOrder}.
     */
    public float[] x = {};

    /** Sums of the columns in the order of the kernels {@code [rows][columns]}, added to. */
    public MemorySegment sums = MemorySegment.NULL;

    /** Bytes from one row of sums to the next. */
    public long step;
}
