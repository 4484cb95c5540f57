package dev.altiplano.kernels;

/**
 * Multiplication of activations by a weight matrix: {@code y[r, o] = sum over i of W[o, i] * x[r,
 * i]}.
 */
public final class Linear {
    private Linear() {}

    /**
     * Loop. Lays {@code x} out for the multiplications that follow; await before the first of them.
     */
    public static void pack(Worker w, Rows x) {
        if (takesTiles(x, true)) {
            MatMat.pack(w, x);
        }
    }

    /**
     * Whether output-major weights meet the rows in tiles.
     *
     * @param coded whether the weights cost more to decode than to load
     */
    private static boolean takesTiles(Rows x, boolean coded) {
        int most = x.isBlock() && coded ? MatVec.MOST_CODED_ROWS : MatVec.MOST_ROWS;
        return x.count() > most;
    }

    /** F16 has no kernel for several rows at once. */
    private static boolean isCoded(DType dtype) {
        return dtype.bits() <= 8 || dtype == DType.F16;
    }

    /** Loop. As {@link #multiply(Worker, Matrix, Rows, Rows, int)} with column 0. */
    public static void multiply(Worker w, Matrix weights, Rows x, Rows y) {
        multiply(w, weights, x, y, 0);
    }

    /**
     * Loop. Computes {@code y[r, column + o] = sum over i of W[o, i] * x[r, i]} for every row in
     * use.
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
                                    weights.outputs(),
                                    weights.inputs(),
                                    x.count(),
                                    x.width(),
                                    y.count(),
                                    y.width(),
                                    column));
        }
        if (x.count() == 0) {
            return;
        }
        if (weights.order() == Order.OUTPUT_MAJOR) {
            if (takesTiles(x, isCoded(weights.dtype()))) {
                MatMat.outputMajor(w, weights, x, y, column);
            } else {
                MatVec.outputMajor(w, weights, x, y, column);
            }
        } else if (x.count() <= MatVec.sumRows(weights)) {
            MatVec.inputMajor(w, weights, x, y, column);
        } else {
            MatMat.inputMajor(w, weights, x, y, column);
        }
    }
}
