package dev.altiplano.kernels.internal;

/**
 * Scales of a few rows of grouped codes, as dot products need them: one or several for every block
 * of codes that is read at once. Scratch of one worker.
 */
public final class GroupScales {
    /** {@code [rows][perRow]}, and behind them room for a vector. */
    public float[] values = {};

    /** The codes that stand for zero, one beside each scale, if there are any. */
    public float[] zeros = {};

    /** Sums of activations that meet each scale, {@code [rows of activations][perRow]}. */
    public float[] sums = {};

    /** Scales that belong to one block. */
    public int perBlock = 1;

    /** From one row to the next. */
    public int perRow;

    /** Which of a block's scales belongs to each lane. */
    public int[] spread = {};
}
