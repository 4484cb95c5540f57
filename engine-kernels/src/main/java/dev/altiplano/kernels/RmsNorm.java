package dev.altiplano.kernels;

import dev.altiplano.kernels.internal.KernelSet;
import dev.altiplano.kernels.internal.KernelSets;

/** Root mean square normalisation: {@code x * (mean(x^2) + epsilon)^(-1/2)}. */
public final class RmsNorm {
    private static final KernelSet KERNELS = KernelSets.BEST;

    private RmsNorm() {}

    /**
     * Loop over rows. Computes {@code out[r] = x[r] * (mean(x[r]^2) + epsilon)^(-1/2) * weight}.
     *
     * @param weight 1 output, as many inputs as a row of x has elements
     * @param epsilon added to the mean square, at least 0
     * @param out {@code [n, width]}; may be x
     * @throws IllegalArgumentException if a size does not fit
     */
    public static void apply(Worker w, Rows x, Matrix weight, float epsilon, Rows out) {
        if (weight.outputs() != 1
                || weight.inputs() != x.width()
                || out.width() != x.width()
                || out.count() != x.count()) {
            throw new IllegalArgumentException(
                    "x is [%d, %d], out is [%d, %d], weight has %d outputs and %d inputs"
                            .formatted(
                                    x.count(),
                                    x.width(),
                                    out.count(),
                                    out.width(),
                                    weight.outputs(),
                                    weight.inputs()));
        }
        int n = x.width();
        float[] gains = w.scratch.floats(n);
        boolean decoded = false;
        for (int r; (r = w.next(x.count())) >= 0; ) {
            if (!decoded) {
                KERNELS.decode(weight.data(), weight.dtype(), 0, gains, 0, n);
                decoded = true;
            }
            float factor = factor(x.data(), x.offset(r), n, epsilon);
            KERNELS.scaleBy(x.data(), x.offset(r), factor, gains, out.data(), out.offset(r), n);
        }
    }

    /**
     * Loop over rows. Normalises each head of each row in place, without weights.
     *
     * @param headDim elements per head; divides the width of x
     * @throws IllegalArgumentException if it does not
     */
    public static void heads(Worker w, Rows x, int headDim, float epsilon) {
        if (headDim < 1 || x.width() % headDim != 0) {
            throw new IllegalArgumentException(
                    "a row of %d elements is not a number of heads of %d"
                            .formatted(x.width(), headDim));
        }
        for (int r; (r = w.next(x.count())) >= 0; ) {
            for (int h = x.offset(r); h < x.offset(r) + x.width(); h += headDim) {
                float factor = factor(x.data(), h, headDim, epsilon);
                KERNELS.scale(x.data(), h, headDim, factor);
            }
        }
    }

    private static float factor(float[] x, int from, int n, float epsilon) {
        double mean = (double) KERNELS.sumOfSquares(x, from, n) / n;
        return (float) (1 / Math.sqrt(mean + epsilon));
    }
}
