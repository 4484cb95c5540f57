package dev.altiplano.kernels;

/** Element type of cached keys and values. */
public enum KvType {
    /** IEEE 754 binary32: keys and values as they were computed. */
    F32(DType.F32),
    /**
     * The upper half of a binary32, rounded to nearest even: half the memory and half the traffic.
     */
    BF16(DType.BF16);

    private final DType dtype;

    KvType(DType dtype) {
        this.dtype = dtype;
    }

    /** Bytes per element. */
    public int bytes() {
        return dtype.bytes();
    }

    DType dtype() {
        return dtype;
    }
}
