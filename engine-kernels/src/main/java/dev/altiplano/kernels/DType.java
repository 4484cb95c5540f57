package dev.altiplano.kernels;

/** How one weight is stored. Every kernel turns it into FP32 in registers. */
public enum DType {
    /** IEEE 754 binary32. */
    F32(4),
    /** IEEE 754 binary16. */
    F16(2),
    /** The upper half of a binary32: 8 bits of exponent, 7 of mantissa. */
    BF16(2),
    /**
     * 4 bits of exponent with bias 7, 3 of mantissa, no infinity; codes 0x7F and 0xFF are no
     * numbers.
     */
    F8_E4M3(1);

    private final int bytes;

    DType(int bytes) {
        this.bytes = bytes;
    }

    /** Bytes per weight. */
    public int bytes() {
        return bytes;
    }
}
