package dev.altiplano.kernels;

import dev.altiplano.kernels.internal.KernelSet;
import dev.altiplano.kernels.internal.KernelSets;

/**
 * Rotary position encoding of interleaved pairs: {@code (a, b) = (x[2j], x[2j+1])} becomes {@code
 * (a cos t - b sin t, a sin t + b cos t)} with {@code t = position * frequency[j]}.
 *
 * <p>The angle is the FP32 product of the position, rounded to FP32, and the frequency, as in
 * Meta's and Hugging Face's code; its sine and cosine are then rounded once. One object serves one
 * step at a time: it holds the tables of the positions last prepared.
 */
public final class Rope {
    private static final KernelSet KERNELS = KernelSets.BEST;

    private final float[] frequencies;
    private final int maxRows;
    private final float[] cos;
    private final float[] sin;

    /**
     * Takes room for {@code maxRows} positions.
     *
     * @param frequencies radians per position of each pair, {@code [headDim / 2]}
     * @throws IllegalArgumentException if there is no frequency, or {@code maxRows} is below 1
     */
    public Rope(float[] frequencies, int maxRows) {
        if (frequencies.length < 1 || maxRows < 1) {
            throw new IllegalArgumentException(
                    "%d frequencies, %d rows".formatted(frequencies.length, maxRows));
        }
        this.frequencies = frequencies.clone();
        this.maxRows = maxRows;
        cos = new float[maxRows * 2 * frequencies.length];
        sin = new float[maxRows * 2 * frequencies.length];
    }

    /**
     * Loop over positions. Computes the tables of {@code count} positions; await before {@link
     * #rotate}.
     *
     * @throws IllegalArgumentException if there is no room for them, or the first is negative
     */
    public void prepare(Worker w, long firstPosition, int count) {
        if (firstPosition < 0 || count < 0 || count > maxRows) {
            throw new IllegalArgumentException(
                    "%d positions from %d on, room for %d"
                            .formatted(count, firstPosition, maxRows));
        }
        for (int r; (r = w.next(count)) >= 0; ) {
            fill(r, firstPosition + r);
        }
    }

    /**
     * Loop over positions. Computes the tables of the first {@code count} of any positions; await
     * before {@link #rotate}.
     *
     * @param positions none below 0
     * @throws IllegalArgumentException if there is no room for them
     */
    public void prepare(Worker w, int[] positions, int count) {
        if (count < 0 || count > maxRows || count > positions.length) {
            throw new IllegalArgumentException(
                    "%d of %d positions, room for %d".formatted(count, positions.length, maxRows));
        }
        for (int r; (r = w.next(count)) >= 0; ) {
            fill(r, positions[r]);
        }
    }

    private void fill(int r, long at) {
        float position = (float) at;
        int row = r * 2 * frequencies.length;
        for (int j = 0; j < frequencies.length; j++) {
            double angle = position * frequencies[j]; // the product is rounded to FP32 first
            // Math, not StrictMath, which allocates; HotSpot answers it alike in every tier
            float c = (float) Math.cos(angle);
            float s = (float) Math.sin(angle);
            cos[row + 2 * j] = c;
            cos[row + 2 * j + 1] = c;
            sin[row + 2 * j] = -s;
            sin[row + 2 * j + 1] = s;
        }
    }

    /**
     * Loop over rows. Rotates all heads of row r by the r-th prepared position, in place.
     *
     * @param headDim elements per head: two per frequency; divides the width of x
     * @throws IllegalArgumentException if a size does not fit
     */
    public void rotate(Worker w, Rows x, int headDim) {
        if (headDim != 2 * frequencies.length || x.width() % headDim != 0 || x.count() > maxRows) {
            throw new IllegalArgumentException(
                    "x is [%d, %d], heads have %d elements; there are %d frequencies and %d positions"
                            .formatted(x.count(), x.width(), headDim, frequencies.length, maxRows));
        }
        for (int r; (r = w.next(x.count())) >= 0; ) {
            for (int h = x.offset(r); h < x.offset(r) + x.width(); h += headDim) {
                KERNELS.rotate(x.data(), h, headDim, cos, sin, r * headDim);
            }
        }
    }
}
