package dev.altiplano.kernels;

import dev.altiplano.kernels.internal.KernelSet;
import dev.altiplano.kernels.internal.KernelSets;

/** Sums and products of rows, element by element. */
public final class Elementwise {
    private static final KernelSet KERNELS = KernelSets.BEST;

    private Elementwise() {}

    /**
     * Loop. Computes {@code x += delta}.
     *
     * @throws IllegalArgumentException if the sizes differ
     */
    public static void add(Worker w, Rows x, Rows delta) {
        if (x.count() != delta.count() || x.width() != delta.width()) {
            throw new IllegalArgumentException(
                    "x is [%d, %d], delta is [%d, %d]"
                            .formatted(x.count(), x.width(), delta.count(), delta.width()));
        }
        for (int r; (r = w.next(x.count())) >= 0; ) {
            KERNELS.add(x.data(), x.offset(r), delta.data(), delta.offset(r), x.width());
        }
    }

    /**
     * Loop. Adds the same vector to every row: {@code x[r] += bias}.
     *
     * @param bias 1 output, as many inputs as a row has elements
     * @throws IllegalArgumentException if a size does not fit
     */
    public static void addBias(Worker w, Rows x, Matrix bias) {
        if (bias.outputs() != 1 || bias.inputs() != x.width()) {
            throw new IllegalArgumentException(
                    "x is [%d, %d], the bias has %d outputs and %d inputs"
                            .formatted(x.count(), x.width(), bias.outputs(), bias.inputs()));
        }
        float[] decoded = w.scratch.floats(x.width());
        KERNELS.decode(bias.data(), bias.dtype(), 0, decoded, 0, x.width());
        for (int r; (r = w.next(x.count())) >= 0; ) {
            KERNELS.add(x.data(), x.offset(r), decoded, 0, x.width());
        }
    }

    /**
     * Loop. Multiplies row r by {@code factors[r]}.
     *
     * @param factors at least one per row in use
     * @throws IllegalArgumentException if there are fewer
     */
    public static void scale(Worker w, Rows x, float[] factors) {
        if (factors.length < x.count()) {
            throw new IllegalArgumentException(
                    "%d factors for %d rows".formatted(factors.length, x.count()));
        }
        for (int r; (r = w.next(x.count())) >= 0; ) {
            KERNELS.scale(x.data(), x.offset(r), x.width(), factors[r]);
        }
    }
}
