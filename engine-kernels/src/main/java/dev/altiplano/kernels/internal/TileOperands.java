package dev.altiplano.kernels.internal;

import java.lang.foreign.MemorySegment;

/**
 * Where one register tile finds its operands: {@code c[r, j] += sum over k of a[r, k] * b[k, j]}.
 *
 * <p>One object per worker, filled anew for each tile, so that a kernel takes one argument instead
 * of ten. Vectors that are read in the innermost loops lie off the heap because there they can be
 * aligned: those that cross a cache line cost up to half of the speed. Offsets are in bytes.
 */
public final class TileOperands {
    /**
     * Floats from one row of a left operand to the next; a constant saves the kernels an index per
     * row.
     */
    public static final int STRIDE = 512;

    /** Rows of the largest tile. */
    public static final int MOST_ROWS = 12;

    /** Room for the scales and zero points of as many inputs, four inputs or more to each. */
    public static final int SCALES = 2 * (STRIDE / 4 + 16);

    /**
     * Left operand of kernels that read pages: rows of up to {@link #STRIDE} floats, {@link
     * #STRIDE} apart.
     */
    public MemorySegment a = MemorySegment.NULL;

    /**
     * Left operand of register tiles, on the heap in the same layout, with rows for whole tiles.
     */
    public float[] rows = {};

    /** Index of row 0 of {@code rows}. */
    public int row0;

    /** Right operand: a panel, for each k two vectors of columns. */
    public MemorySegment b = MemorySegment.NULL;

    /** Result, added to, or overwritten if it is {@link #fresh}. */
    public MemorySegment c = MemorySegment.NULL;

    /** Whether the result holds nothing yet: sums are put there instead of added. */
    public boolean fresh;

    /** Start of row 0 of {@code a}. */
    public long a0;

    /** Start of the panel. */
    public long b0;

    /** Terms of each sum, at most {@link #STRIDE}. */
    public int depth;

    /** Where row 0 of the result goes. */
    public long c0;

    /** From one row of results to the next. */
    public long rowStep;

    /** Where a tile leaves complete sums before they are added to {@code c}: up to 24 vectors. */
    public final float[] sums = new float[MOST_ROWS * 2 * 16];

    /** Whether sums start from zero; otherwise they go on from {@link #chains}. */
    public boolean starts = true;

    /**
     * Whether sums are complete and belong to the result; otherwise they stay in {@link #chains}.
     */
    public boolean ends = true;

    /** Incomplete sums, for each row of whole tiles one or two vectors of columns. */
    public float[] chains = {};

    /** Index of row 0 of {@code chains}. */
    public int chain0;

    /** Scales of weights that are being decoded. */
    public final float[] scales = new float[SCALES];

    /** Sets the left operand on the heap, of sums whose terms come all at once. */
    public void begin(float[] left) {
        rows = left;
        row0 = 0;
        starts = true;
        ends = true;
    }
}
