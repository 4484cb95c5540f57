package dev.altiplano.kernels.internal;

import dev.altiplano.kernels.Rows;

import java.lang.foreign.MemorySegment;

/**
 * The activations of dot products with weight rows: a few rows that share one reading of the
 * weights.
 *
 * <p>One object per worker. The arranged copy is in the order of the kernels and belongs to one
 * type of weights, for block-wise scales to one block of outputs.
 */
public final class DotOperands {
    /** Weight rows that are decoded together at most. */
    public static final int DECODED = 3;

    /** Where the rows come from. */
    public Rows x = Rows.of(1, 1);

    /** The first of them. */
    public int first;

    /** How many, at most {@link KernelSet#dotRows()}. */
    public int count;

    /**
     * The copy that {@link KernelSet#arrange} makes: room for the inputs of {@code dotRows} rows,
     * and an eighth more.
     */
    public MemorySegment arranged = MemorySegment.NULL;

    /**
     * For how many rows the copy has room: 1 for a single row, else {@link KernelSet#dotRows()}.
     */
    public int width;

    /**
     * Weight rows as FP32 that several rows of activations meet: room for the inputs of {@link
     * #DECODED}.
     */
    public MemorySegment decoded = MemorySegment.NULL;

    /** Inputs of a row that is being decoded with its scales. */
    public final float[] decodedPiece = new float[TileOperands.STRIDE];

    /** Those scales. */
    public final float[] decodedScales = new float[TileOperands.SCALES];

    /** Sums before their lanes are added: 24 vectors. */
    public final float[] lanes = new float[24 * 16];

    /** Another vector of them. */
    public final float[] spare = new float[16];

    /** Scales of the weight rows that are being read, where groups of codes have their own. */
    public final GroupScales scales = new GroupScales();
}
