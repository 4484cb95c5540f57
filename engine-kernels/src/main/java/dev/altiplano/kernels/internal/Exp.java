package dev.altiplano.kernels.internal;

/**
 * The exponential function of all kernels, the same bits in scalar and vector form: {@code e^x =
 * 2^n * (1 + r + r^2 * q(r))} with {@code n = round(x / ln 2)} and {@code r = x - n ln 2}.
 *
 * <p>Error below 1 ulp for arguments from {@link #LOWEST} to {@link #HIGHEST}; arguments outside
 * are moved to the nearer end, so {@code e^-infinity} is 1.2e-38. NaN stays NaN. {@code Math.exp}
 * and the Vector API's EXP are no replacement: their bits change when a method is compiled.
 */
public final class Exp {
    /** Below it the result would be subnormal. */
    public static final float LOWEST = -87.33654f;

    /** Above it the result would overflow. */
    public static final float HIGHEST = 88.72283f;

    /** 1 / ln 2. */
    public static final float LOG2_E = 1.442695f;

    /** Adding it rounds to an integer, which then stands in the lowest bits: 1.5 * 2^23. */
    public static final float ROUND = 12582912f;

    /** Minus the upper bits of ln 2: products with small integers are exact. */
    public static final float MINUS_LN2_HIGH = -0.6933594f;

    /** Minus the rest of ln 2. */
    public static final float MINUS_LN2_LOW = 2.12194440e-4f;

    // Minimax polynomial q, fitted for this range.
    public static final float Q4 = 0.001381452f;
    public static final float Q3 = 0.008368747f;
    public static final float Q2 = 0.041668393f;
    public static final float Q1 = 0.1666652f;
    public static final float Q0 = 0.49999994f;

    private Exp() {}

    /** {@code e^x}, see above. */
    public static float of(float x) {
        float v = Math.min(Math.max(x, LOWEST), HIGHEST);
        float t = Math.fma(v, LOG2_E, ROUND);
        float n = t - ROUND;
        float r = Math.fma(n, MINUS_LN2_LOW, Math.fma(n, MINUS_LN2_HIGH, v));
        float q = Math.fma(r, Q4, Q3);
        q = Math.fma(q, r, Q2);
        q = Math.fma(q, r, Q1);
        q = Math.fma(q, r, Q0);
        float p = Math.fma(q * r, r, r) + 1;
        return Float.intBitsToFloat(
                Float.floatToRawIntBits(p) + (Float.floatToRawIntBits(t) << 23));
    }
}
