package dev.altiplano.kernels.internal;

/**
 * The error function of all kernels, the same bits in scalar and vector form: {@code erf(x) = x *
 * p(x^2) / q(x^2)} with polynomials of degree 5, fitted for this range; the error is below 4e-7. It
 * is 1 to the last bit at {@link #END} and beyond.
 */
public final class Erf {
    /** Arguments are moved to this range. */
    public static final float END = 3.92f;

    /** 1 / sqrt 2. */
    public static final float SQRT_HALF = 0.70710677f;

    public static final float P5 = 2.0347281e-6f;
    public static final float P4 = 2.8747952e-4f;
    public static final float P3 = 0.0038683447f;
    public static final float P2 = 0.05306053f;
    public static final float P1 = 0.1927645f;
    public static final float P0 = 1.128379f;

    public static final float Q5 = 3.8070575e-5f;
    public static final float Q4 = 0.0011881188f;
    public static final float Q3 = 0.015172331f;
    public static final float Q2 = 0.1150848f;
    public static final float Q1 = 0.50416476f;

    private Erf() {}

    /** {@code x / 2 * (1 + erf(x / sqrt 2))}, see above. */
    public static float gelu(float x) {
        float z = Math.max(-END, Math.min(END, x * SQRT_HALF));
        float u = z * z;
        float p = Math.fma(u, P5, P4);
        p = Math.fma(u, p, P3);
        p = Math.fma(u, p, P2);
        p = Math.fma(u, p, P1);
        p = Math.fma(u, p, P0);
        float q = Math.fma(u, Q5, Q4);
        q = Math.fma(u, q, Q3);
        q = Math.fma(u, q, Q2);
        q = Math.fma(u, q, Q1);
        q = Math.fma(u, q, 1);
        float erf = Math.max(-1, Math.min(1, z * p / q));
        float half = 0.5f * x;
        return Math.fma(half, erf, half);
    }
}
