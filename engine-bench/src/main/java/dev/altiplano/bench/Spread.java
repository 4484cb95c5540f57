package dev.altiplano.bench;

import java.util.Arrays;
import java.util.Locale;

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

    /** The same in another unit. */
    public Spread times(double factor) {
        return new Spread(median * factor, least * factor, most * factor);
    }

    /** For people: {@code 24.1 GB/s (23.0 to 25.2)}. */
    public String inWords(String unit) {
        return String.format(Locale.ROOT, "%.1f %s (%.1f to %.1f)", median, unit, least, most);
    }
}
