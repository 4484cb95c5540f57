package dev.altiplano.cli;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * How far computed numbers are from recorded ones, collected row by row: largest distance, and the
 * largest recorded number to judge it by.
 */
final class Difference {
    private static final ValueLayout.OfFloat FLOAT =
            ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final String what;
    private final MemorySegment wanted;
    private final int width;
    private final double tolerance;
    private double largest;
    private double scale = 1;
    private long rows;
    private boolean broken; // something that is no number

    /**
     * @param what words for a message
     * @param wanted recorded rows, F32
     * @param width numbers in a row
     * @param tolerance allowed distance, relative to the largest recorded number or to 1
     */
    Difference(String what, MemorySegment wanted, int width, double tolerance) {
        this.what = what;
        this.wanted = wanted;
        this.width = width;
        this.tolerance = tolerance;
    }

    /** Compares one row with the recorded row of that index. */
    void add(int row, float[] got) {
        long start = (long) row * width;
        for (int i = 0; i < width; i++) {
            float want = wanted.getAtIndex(FLOAT, start + i);
            double distance = Math.abs((double) got[i] - want);
            if (!(distance <= Double.MAX_VALUE)) {
                broken = true;
            }
            largest = Math.max(largest, distance);
            scale = Math.max(scale, Math.abs(want));
        }
        rows++;
    }

    double largest() {
        return broken ? Double.NaN : largest;
    }

    boolean isWithinTolerance() {
        return !broken
                && largest <= tolerance * scale
                && rows * width * Float.BYTES == wanted.byteSize();
    }

    /** Why it is out of tolerance. */
    String fault() {
        if (rows * width * Float.BYTES != wanted.byteSize()) {
            return "%s: %d rows computed, %d recorded"
                    .formatted(what, rows, wanted.byteSize() / Float.BYTES / width);
        }
        return broken
                ? what + " holds NaN or infinity"
                : "%s differs by %.2g, allowed %.2g".formatted(what, largest, tolerance * scale);
    }
}
