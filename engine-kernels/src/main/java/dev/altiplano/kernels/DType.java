package dev.altiplano.kernels;

/** How one weight is stored. Every kernel turns it into FP32 in registers. */
public enum DType {
    /** IEEE 754 binary32. */
    F32(32),
    /** IEEE 754 binary16. */
    F16(16),
    /** The upper half of a binary32: 8 bits of exponent, 7 of mantissa. */
    BF16(16),
    /**
     * 4 bits of exponent with bias 7, 3 of mantissa, no infinity; codes 0x7F and 0xFF are no
     * numbers.
     */
    F8_E4M3(8),
    /** Two's complement, -128 to 127. */
    I8(8),
    /** -128 to 127, stored plus 128; four in a little-endian word of 32 bits along the inputs. */
    I8_BIASED(8),
    /** -8 to 7, stored plus 8; eight in a little-endian word of 32 bits along the inputs. */
    I4_BIASED(4),
    /**
     * A sign and one of the magnitudes 0, 0.5, 1, 1.5, 2, 3, 4, 6. Two neighbouring inputs share a
     * byte, the even one in its low half.
     */
    F4_E2M1(4);

    private final int bits;

    DType(int bits) {
        this.bits = bits;
    }

    /** Bits per weight. */
    public int bits() {
        return bits;
    }

    /**
     * Bytes per weight.
     *
     * @throws IllegalStateException if a weight has no whole number of bytes
     */
    public int bytes() {
        if (bits < 8) {
            throw new IllegalStateException("a weight of %s has %d bits".formatted(this, bits));
        }
        return bits / 8;
    }

    /** Whether the codes of an output fill words of 32 bits, the last of them padded. */
    boolean isInWords() {
        return this == I8_BIASED || this == I4_BIASED;
    }
}
