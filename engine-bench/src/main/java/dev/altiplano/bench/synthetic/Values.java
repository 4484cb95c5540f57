package dev.altiplano.bench.synthetic;

/**
 * What a tensor is filled with: numbers spread evenly over an interval.
 *
 * @param centre middle of the interval
 * @param spread standard deviation, at least 0
 */
record Values(double centre, double spread) {
    /**
     * Weights that keep the scale of what they multiply.
     *
     * @param inputs terms of each sum
     */
    static Values weights(int inputs) {
        return new Values(0, 1 / Math.sqrt(inputs));
    }

    /** Half the width of the interval. */
    double reach() {
        return spread * Math.sqrt(3);
    }
}
