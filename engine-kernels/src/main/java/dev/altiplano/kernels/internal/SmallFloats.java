package dev.altiplano.kernels.internal;

/**
 * Rounding to floats of 4 and 8 bits by the bits of FP32: a number that is added and taken away
 * again leaves nothing below the last place of the small float.
 *
 * <p>Source of the formats: OCP Microscaling 1.0 (E2M1), OCP FP8 1.0 (E4M3).
 */
public final class SmallFloats {
    /** Exponent field of FP32. */
    public static final int EXPONENT = 0x7F80_0000;

    /** Everything but the sign. */
    public static final int MAGNITUDE = 0x7FFF_FFFF;

    /** Exponent of 1: below it E2M1 has steps of 0.5. */
    public static final int E2M1_LEAST = 127 << 23;

    /** From an exponent to 1.5 times 2^22 of it: what rounds to one bit of mantissa. */
    public static final int E2M1_ROUND = (22 << 23) + 0x40_0000;

    /** Bits of 6, the largest E2M1. */
    public static final int E2M1_LARGEST = 0x40C0_0000;

    /** Exponent of 2^-6: below it E4M3 has steps of 2^-9. */
    public static final int E4M3_LEAST = 121 << 23;

    /** From an exponent to 1.5 times 2^20 of it: what rounds to three bits of mantissa. */
    public static final int E4M3_ROUND = (20 << 23) + 0x40_0000;

    /** Bits of 448, the largest E4M3. */
    public static final int E4M3_LARGEST = 0x43E0_0000;

    private SmallFloats() {}

    /** The nearest E2M1 magnitude, ties to even, at most 6. */
    public static float roundE2m1(float magnitude) {
        return round(magnitude, E2M1_LEAST, E2M1_ROUND, E2M1_LARGEST);
    }

    /** The nearest E4M3 magnitude, ties to even, at most 448. */
    public static float roundE4m3(float magnitude) {
        return round(magnitude, E4M3_LEAST, E4M3_ROUND, E4M3_LARGEST);
    }

    private static float round(float magnitude, int least, int round, int largest) {
        int exponent = Math.max(Float.floatToRawIntBits(magnitude) & EXPONENT, least);
        float magic = Float.intBitsToFloat(exponent + round);
        float rounded = (magnitude + magic) - magic;
        return Float.intBitsToFloat(Math.min(Float.floatToRawIntBits(rounded), largest));
    }

    /** The code of an E2M1 magnitude: 0 to 7. */
    public static int codeE2m1(float rounded) {
        int bits = Float.floatToRawIntBits(rounded);
        // two codes for each exponent from 1 on; below it 0.5 alone
        return Math.max((bits >> 22) - 252, Math.min(bits, 1));
    }

    /** The code of an E4M3 magnitude: 0 to 126. */
    public static int codeE4m3(float rounded) {
        int normal = (Float.floatToRawIntBits(rounded) >> 20) - (120 << 3);
        int small = (Float.floatToRawIntBits(rounded + 0x1p-6f) >> 20) - (121 << 3);
        return Math.max(normal, small); // the other one is always smaller
    }

    /** The nearest BF16, ties to even; a NaN stays one. */
    public static short bf16(float value) {
        int bits = Float.floatToRawIntBits(value);
        if (Float.isNaN(value)) {
            return (short) (bits >>> 16 | 0x40); // its low half may hold all that it has
        }
        return (short) (bits + 0x7FFF + (bits >>> 16 & 1) >>> 16);
    }

    /** The nearest BF16, ties to even, as FP32. */
    public static float roundBf16(float value) {
        return Float.intBitsToFloat(bf16(value) << 16);
    }
}
