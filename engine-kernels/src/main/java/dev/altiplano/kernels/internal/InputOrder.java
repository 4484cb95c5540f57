package dev.altiplano.kernels.internal;

/**
 * The order in which the inputs of a block of an input-major matrix are added up.
 *
 * <p>What is multiplied last changes the last bits, so every way to one product follows the order
 * that its kernels give for the matrix.
 */
public enum InputOrder {
    /** One after the other. */
    PLAIN,

    /**
     * Of sixteen inputs every fourth, four times. Four rows of codes that are read side by side
     * then lie a whole number of pages apart if a row has whole kilobytes. They reach a new page
     * together, where the processor begins anew to read ahead, and wait for memory once instead of
     * four times. What is left of a block behind the last whole sixteen comes one after the other.
     */
    QUARTERS;

    /** Rows side by side, and from one of them to the next. */
    public static final int STEP = 4;

    /** Inputs that {@link #QUARTERS} takes out of their order. */
    public static final int TURN = STEP * STEP;

    /**
     * Which input comes {@code place}-th.
     *
     * @param place 0 to {@code count - 1}
     * @param count inputs of the block
     */
    public int input(int place, int count) {
        if (this == PLAIN || place >= count / TURN * TURN) {
            return place;
        }
        int turn = place % TURN;
        return place - turn + turn % STEP * STEP + turn / STEP;
    }

    /**
     * Copies a block of activations into this order.
     *
     * @param from where the block begins in {@code x}
     * @param count inputs of the block, as for {@link #input}
     * @param at where it begins in {@code out}
     */
    public void arrange(float[] x, int from, int count, float[] out, int at) {
        int whole = this == PLAIN ? 0 : count / TURN * TURN;
        for (int i = 0; i < whole; i += TURN) {
            transpose(x, from + i, out, at + i);
        }
        System.arraycopy(x, from + whole, out, at + whole, count - whole);
    }

    /** Written out because tiles wait for it. */
    private static void transpose(float[] x, int from, float[] out, int at) {
        for (int s = 0; s < STEP; s++) {
            out[at + STEP * s] = x[from + s];
            out[at + STEP * s + 1] = x[from + s + STEP];
            out[at + STEP * s + 2] = x[from + s + 2 * STEP];
            out[at + STEP * s + 3] = x[from + s + 3 * STEP];
        }
    }
}
