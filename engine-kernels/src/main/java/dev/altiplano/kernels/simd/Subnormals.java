package dev.altiplano.kernels.simd;

import java.util.Arrays;

/**
 * Whether this processor multiplies subnormal numbers as fast as others. Some of AMD do; Intel's
 * take a hundred cycles and more for each. The results are the same either way, but for the two NaN
 * codes of FP8: 480 where codes are moved, NaN where they are looked up.
 */
final class Subnormals {
    private static final int ROUNDS = 40;
    private static final int TERMS = 2000;

    /** As measured once: the shortest of many short loops, whatever else the machine does. */
    static final boolean FAST = measure();

    private Subnormals() {}

    private static boolean measure() {
        float[] subnormals = new float[TERMS];
        Arrays.fill(subnormals, Float.MIN_VALUE);
        float[] ones = new float[TERMS];
        Arrays.fill(ones, 1);
        long subnormal = Long.MAX_VALUE;
        long normal = Long.MAX_VALUE;
        for (int i = 0; i < ROUNDS; i++) {
            subnormal = Math.min(subnormal, nanos(subnormals));
            normal = Math.min(normal, nanos(ones));
        }
        return subnormal < 2 * normal;
    }

    /** From an array: compilers would multiply the same number only once, before the loop. */
    private static long nanos(float[] x) {
        long start = System.nanoTime();
        float sum = 0;
        for (float value : x) {
            sum += value * 0x1p90f;
        }
        long elapsed = System.nanoTime() - start;
        return sum > 0 ? elapsed : Long.MAX_VALUE; // asks for the sum, so that it is formed
    }
}
