package dev.altiplano.kernels;

import dev.altiplano.kernels.internal.Weights;

/** Multiplication of activations by a weight matrix: {@code y[r, o] = sum over i of W[o, i] * x[r, i]}. */
public final class Linear {
    private Linear() {}

    /** Loop. Lays {@code x} out for the multiplications that follow; await before the first of them. */
    public static void pack(Worker w, Rows x) {
        // nothing to lay out yet
    }

    /** Loop. As {@link #multiply(Worker, Matrix, Rows, Rows, int)} with column 0. */
    public static void multiply(Worker w, Matrix weights, Rows x, Rows y) {
        multiply(w, weights, x, y, 0);
    }

    /**
     * Loop. Computes {@code y[r, column + o] = sum over i of W[o, i] * x[r, i]} for every row in use.
     *
     * @param x {@code [n, inputs]}
     * @param y {@code [n, at least column + outputs]}; that column range is overwritten
     * @throws IllegalArgumentException if a size does not fit
     */
    public static void multiply(Worker w, Matrix weights, Rows x, Rows y, int column) {
        if (x.width() != weights.inputs()
                || column < 0
                || (long) column + weights.outputs() > y.width()
                || x.count() != y.count()) {
            throw new IllegalArgumentException(
                    "W has %d outputs and %d inputs, x is [%d, %d], y is [%d, %d], column is %d"
                            .formatted(
                                    weights.outputs(), weights.inputs(),
                                    x.count(), x.width(),
                                    y.count(), y.width(), column));
        }
        int outputs = weights.outputs();
        int bands = (outputs + 15) / 16;
        for (int band; (band = w.next(bands)) >= 0; ) {
            for (int o = band * 16; o < Math.min(outputs, band * 16 + 16); o++) {
                for (int r = 0; r < x.count(); r++) {
                    y.data()[y.offset(r) + column + o] = dot(weights, o, x, r);
                }
            }
        }
    }

    private static float dot(Matrix m, int o, Rows x, int row) {
        boolean byOutput = m.order() == Order.OUTPUT_MAJOR;
        long from = byOutput ? (long) o * m.inputs() : o;
        long step = byOutput ? 1 : m.outputs();
        float sum = 0;
        for (int i = 0; i < m.inputs(); i++) {
            float weight = Weights.at(m.data(), m.dtype(), (from + i * step) * m.dtype().bytes());
            sum = Math.fma(weight, x.data()[x.offset(row) + i], sum);
        }
        return sum;
    }
}
