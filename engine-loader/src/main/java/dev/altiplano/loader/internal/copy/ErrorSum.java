package dev.altiplano.loader.internal.copy;

/** Squares of weights, and of what their codes cost. */
final class ErrorSum {
    private double weights;
    private double errors;

    /** Adds those of some weights. */
    void add(double weightSquares, double errorSquares) {
        weights += weightSquares;
        errors += errorSquares;
    }

    /** Root of the mean square of the errors as a share of that of the weights. */
    double relative() {
        return weights == 0 ? 0 : Math.sqrt(errors / weights);
    }
}
