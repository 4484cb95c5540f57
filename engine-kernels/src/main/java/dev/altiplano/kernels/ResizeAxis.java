package dev.altiplano.kernels;

import java.util.Arrays;

/**
 * What each new pixel along one axis is made of: neighbouring old pixels with integer weights,
 * which sum up to {@code 2^shift} but for rounding.
 *
 * <p>Source: the antialiased bilinear filter for 8-bit pictures of PyTorch ({@code
 * UpSampleKernel.cpp}), which in turn follows Pillow: a triangle as wide as two old pixels, or two
 * new ones when there are fewer of them; weights of 16 bits with as many binary places as the
 * largest allows.
 */
final class ResizeAxis {
    private static final int MOST_PLACES = 22; // 255 * 2^22 and half a unit fit an int

    final int from;
    final int to;

    /** First old pixel of each new one. */
    final int[] first;

    /** Old pixels of each new one. */
    final int[] taps;

    /** Index of a new pixel's first weight. */
    final int[] at;

    /** All weights, one after the other. */
    final int[] weights;

    /** Binary places of the weights. */
    final int shift;

    /**
     * @param from old pixels, at least 1
     * @param to new pixels, at least 1
     */
    ResizeAxis(int from, int to) {
        this.from = from;
        this.to = to;
        double scale = (double) from / to;
        double reach = Math.max(scale, 1);
        first = new int[to];
        taps = new int[to];
        at = new int[to];
        double[] exact = new double[Math.multiplyExact(to, 2 * (int) Math.ceil(reach) + 1)];
        int used = 0;
        for (int o = 0; o < to; o++) {
            double centre = scale * (o + 0.5);
            first[o] = (int) Math.max(0, (long) (centre - reach + 0.5));
            int end = (int) Math.min(from, (long) (centre + reach + 0.5));
            taps[o] = end - first[o];
            at[o] = used;
            triangle(exact, used, taps[o], first[o] - centre, reach);
            used += taps[o];
        }
        shift = places(exact, used);
        weights = new int[used];
        for (int i = 0; i < used; i++) {
            weights[i] = (int) (exact[i] * (1 << shift) + 0.5);
        }
    }

    private static void triangle(double[] weights, int at, int taps, double offset, double reach) {
        double sum = 0;
        for (int i = 0; i < taps; i++) {
            double distance = Math.abs((i + offset + 0.5) / reach);
            weights[at + i] = Math.max(0, 1 - distance);
            sum += weights[at + i];
        }
        for (int i = 0; i < taps; i++) {
            weights[at + i] /= sum;
        }
    }

    private static int places(double[] weights, int count) {
        double largest = Arrays.stream(weights, 0, count).max().orElse(1);
        int places = 0;
        while (places < MOST_PLACES && (int) (largest * (1 << places + 1) + 0.5) < 1 << 15) {
            places++;
        }
        return places;
    }

    /** Half a unit, for rounding. */
    int half() {
        return 1 << shift >> 1;
    }

    /** Whether nothing changes along this axis. */
    boolean isIdentity() {
        return from == to;
    }
}
