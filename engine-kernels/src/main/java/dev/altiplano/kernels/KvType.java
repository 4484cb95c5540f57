package dev.altiplano.kernels;

/** Element type of cached keys and values. */
public enum KvType {
    /** IEEE 754 binary32: keys and values as they were computed. */
    F32(DType.F32),
    /**
     * The upper half of a binary32, rounded to nearest even: half the memory and half the traffic.
     */
    BF16(DType.BF16),
    /**
     * FP8-E4M3 with an FP32 scale for each position and head, so that the largest element becomes
     * the largest number of the format: about a quarter of the memory, three bits of mantissa.
     */
    FP8(DType.F8_E4M3);

    private final DType dtype;

    KvType(DType dtype) {
        this.dtype = dtype;
    }

    /** Bytes per element. */
    public int bytes() {
        return dtype.bytes();
    }

    /** Whether each head's keys, and its values, of a position have a scale. */
    boolean isScaled() {
        return this == FP8;
    }

    DType dtype() {
        return dtype;
    }
}
