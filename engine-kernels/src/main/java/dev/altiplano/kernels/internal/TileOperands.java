package dev.altiplano.kernels.internal;

/**
 * Where one register tile finds its operands: {@code c[r, j] += sum over k of a[r, k] * b[k, j]}.
 *
 * <p>One object per worker, filled anew for each tile, so that a kernel takes one argument instead of
 * eleven.
 */
public final class TileOperands {
    /** Floats from one row of {@code a} to the next; a constant saves the kernels an index per row. */
    public static final int STRIDE = 512;

    /** Left operand: rows of up to {@link #STRIDE} floats, {@link #STRIDE} apart. */
    public float[] a = {};

    /** Right operand: for each k a vector of columns, or two. */
    public float[] b = {};

    /** Result, added to. */
    public float[] c = {};

    /** First float of row 0 of {@code a}. */
    public int a0;

    /** First float of the first vector of columns. */
    public int b0;

    /** First float of the second vector of columns. */
    public int b1;

    /** Floats from k to k + 1 in {@code b}. */
    public int step;

    /** Terms of each sum, at most {@link #STRIDE}. */
    public int depth;

    /** Where row 0 of the first vector of results goes. */
    public int c0;

    /** Where row 0 of the second vector of results goes. */
    public int c1;

    /** Floats from one row of results to the next. */
    public int rowStep;
}
