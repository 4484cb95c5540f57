package dev.altiplano.kernels.simd;

/**
 * Whether this processor multiplies subnormal numbers as fast as others. Those of AMD and Arm do;
 * Intel's take a hundred cycles and more for each. The results are the same either way.
 */
final class Subnormals {
    private static final int ROUNDS = 40;
    private static final int TERMS = 2000;

    /** As measured once: the shortest of many short loops, whatever else the machine does. */
    static final boolean FAST = measure();

    private Subnormals() {}

    private static boolean measure() {
        long subnormal = Long.MAX_VALUE;
        long normal = Long.MAX_VALUE;
        for (int i = 0; i < ROUNDS; i++) {
            subnormal = Math.min(subnormal, nanos(Float.MIN_VALUE));
            normal = Math.min(normal, nanos(1));
        }
        return subnormal < 2 * normal;
    }

    private static long nanos(float x) {
        long start = System.nanoTime();
        float sum = 0;
        for (int i = 0; i < TERMS; i++) {
            sum += x * 0x1p90f;
        }
        long elapsed = System.nanoTime() - start;
        return sum > 0 ? elapsed : Long.MAX_VALUE; // asks for the sum, so that it is formed
    }
}
