package dev.altiplano.bench;

import java.util.Arrays;

/**
 * Repeated measurements of one quantity.
 *
 * @param median the middle one, or the mean of the two middle ones
 * @param least the smallest
 * @param most the largest
 */
public record Spread(double median, double least, double most) {
    /**
     * Summarises measurements.
     *
     * @param values at least one
     */
    public static Spread of(double... values) {
        if (values.length == 0) {
            throw new IllegalArgumentException("no measurements, expected at least one");
        }
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        int middle = sorted.length / 2;
        double median =
                sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
        return new Spread(median, sorted[0], sorted[sorted.length - 1]);
    }

    /** How far the measurements lie apart, as a share of the median; 0 when all are equal. */
    public double range() {
        return most == least ? 0 : (most - least) / median;
    }
}
