package dev.altiplano.kernels;

import dev.altiplano.kernels.internal.KernelSet;
import dev.altiplano.kernels.internal.KernelSets;

/**
 * Layer normalisation: {@code (x - mean(x)) * (variance(x) + epsilon)^(-1/2) * gain + offset}, row
 * by row; the variance divides by the number of elements.
 */
public final class LayerNorm {
    private static final KernelSet KERNELS = KernelSets.BEST;

    private LayerNorm() {}

    /**
     * Loop over rows.
     *
     * @param gain 1 output, as many inputs as a row of x has elements
     * @param offset as gain
     * @param epsilon added to the variance, at least 0
     * @param out {@code [n, width]}; may be x
     * @throws IllegalArgumentException if a size does not fit
     */
    public static void apply(
            Worker w, Rows x, Matrix gain, Matrix offset, float epsilon, Rows out) {
        requireVector("gain", gain, x);
        requireVector("offset", offset, x);
        if (out.width() != x.width() || out.count() != x.count()) {
            throw new IllegalArgumentException(
                    "x is [%d, %d], out is [%d, %d]"
                            .formatted(x.count(), x.width(), out.count(), out.width()));
        }
        int n = x.width();
        float[] affine = w.scratch.floats(2 * n);
        boolean decoded = false;
        for (int r; (r = w.next(x.count())) >= 0; ) {
            if (!decoded) {
                KERNELS.decode(gain.data(), gain.dtype(), 0, affine, 0, n);
                KERNELS.decode(offset.data(), offset.dtype(), 0, affine, n, n);
                decoded = true;
            }
            int at = x.offset(r);
            float mean = (float) ((double) KERNELS.sum(x.data(), at, n) / n);
            double variance = (double) KERNELS.sumOfSquares(x.data(), at, n, mean) / n;
            float factor = (float) (1 / Math.sqrt(variance + epsilon));
            KERNELS.shiftAndScale(x.data(), at, mean, factor, affine, out.data(), out.offset(r), n);
        }
    }

    private static void requireVector(String name, Matrix vector, Rows x) {
        if (vector.outputs() != 1 || vector.inputs() != x.width()) {
            throw new IllegalArgumentException(
                    "x is [%d, %d], %s has %d outputs and %d inputs"
                            .formatted(
                                    x.count(), x.width(), name, vector.outputs(), vector.inputs()));
        }
    }
}
