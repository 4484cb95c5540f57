package dev.altiplano.kernels;

/** FP8-E4M3: sign, four bits of exponent, three of mantissa; no infinity. */
final class E4m3 {
    /** The largest number. */
    static final float LARGEST = 448;

    private static final byte NAN = 0x7F;

    /** Exponents of FP32 less those of E4M3. */
    private static final int REBIAS = 127 - 7;

    private static final float SMALLEST_NORMAL = 0x1p-6f;

    private E4m3() {}

    /** The code of the nearest number, the even one of two; larger ones become the largest. */
    static byte of(float value) {
        if (Float.isNaN(value)) {
            return NAN;
        }
        float magnitude = Math.min(Math.abs(value), LARGEST);
        int sign = Float.floatToRawIntBits(value) >>> 24 & 0x80;
        if (magnitude < SMALLEST_NORMAL) { // multiples of 2^-9; eight of them is the next code
            return (byte) (sign | (int) Math.rint(magnitude * 0x1p9f));
        }
        int bits = Float.floatToRawIntBits(magnitude);
        int rounded = bits + 0x7FFFF + (bits >>> 20 & 1) >>> 20; // to three bits of mantissa
        return (byte) (sign | rounded - (REBIAS << 3));
    }
}
