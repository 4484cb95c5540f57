package dev.altiplano.kernels.internal;

import java.lang.foreign.MemorySegment;

/**
 * Where one register tile finds its operands: {@code c[r, j] += sum over k of a[r, k] * b[k, j]}.
 *
 * <p>One object per worker, filled anew for each tile, so that a kernel takes one argument instead of
 * nine. The right operand lies off the heap because there it can be aligned: vectors that cross a cache
 * line cost a third of the speed.
 */
public final class TileOperands {
    /** Floats from one row of {@code a} to the next; a constant saves the kernels an index per row. */
    public static final int STRIDE = 512;

    /** Left operand: rows of up to {@link #STRIDE} floats, {@link #STRIDE} apart. */
    public float[] a = {};

    /** Right operand: a panel, for each k two vectors of columns. */
    public MemorySegment b = MemorySegment.NULL;

    /** Result, added to. */
    public float[] c = {};

    /** First float of row 0 of {@code a}. */
    public int a0;

    /** First byte of the panel. */
    public long b0;

    /** Terms of each sum, at most {@link #STRIDE}. */
    public int depth;

    /** Where row 0 of the result goes. */
    public int c0;

    /** Floats from one row of results to the next. */
    public int rowStep;
}
