package dev.altiplano.kernels;

import dev.altiplano.kernels.internal.KernelSet;
import dev.altiplano.kernels.internal.KernelSets;

import org.jspecify.annotations.Nullable;

/** The exact Gaussian error linear unit: {@code x / 2 * (1 + erf(x / sqrt 2))}. */
public final class Gelu {
    /** Elements per item: a few microseconds. */
    private static final int PIECE = 2048;

    private static final KernelSet KERNELS = KernelSets.BEST;

    private Gelu() {}

    /** Loop. Applies it to every element, in place. */
    public static void apply(Worker w, Rows x) {
        apply(w, x, null);
    }

    /**
     * Loop. Applies it to {@code x + bias}, in place.
     *
     * @param bias 1 output, as many inputs as a row has elements; null for none
     * @throws IllegalArgumentException if a size does not fit
     */
    public static void apply(Worker w, Rows x, @Nullable Matrix bias) {
        int width = x.width();
        float[] added = {};
        if (bias != null) {
            if (bias.outputs() != 1 || bias.inputs() != width) {
                throw new IllegalArgumentException(
                        "x is [%d, %d], the bias has %d outputs and %d inputs"
                                .formatted(x.count(), width, bias.outputs(), bias.inputs()));
            }
            added = w.scratch.floats(width);
            KERNELS.decode(bias.data(), bias.dtype(), 0, added, 0, width);
        }
        int pieces = (width + PIECE - 1) / PIECE;
        for (int item; (item = w.next(x.count() * pieces)) >= 0; ) {
            int from = item % pieces * PIECE;
            int at = x.offset(item / pieces) + from;
            int count = Math.min(PIECE, width - from);
            if (bias != null) {
                KERNELS.add(x.data(), at, added, from, count);
            }
            KERNELS.gelu(x.data(), at, count);
        }
    }
}
