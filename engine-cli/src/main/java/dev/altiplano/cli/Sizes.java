package dev.altiplano.cli;

import java.util.Locale;

/** Large numbers for people. */
final class Sizes {
    private Sizes() {}

    /** Bytes with a binary unit: {@code 1.5 GiB}. */
    static String bytes(long bytes) {
        return scaled(bytes, 1024, "B", "KiB", "MiB", "GiB", "TiB");
    }

    /** A count in words: {@code 5.4 million}. */
    static String count(long count) {
        return scaled(count, 1000, "", "thousand", "million", "billion", "trillion").strip();
    }

    private static String scaled(long value, int step, String... units) {
        double scaled = value;
        int unit = 0;
        while (scaled >= step && unit < units.length - 1) {
            scaled /= step;
            unit++;
        }
        String number =
                unit == 0 ? Long.toString(value) : String.format(Locale.ROOT, "%.1f", scaled);
        return number + " " + units[unit];
    }
}
