package dev.altiplano.kernels;

/** Element type of cached keys and values. */
public enum KvType {
    /** IEEE 754 binary32: keys and values as they were computed. */
    F32(4),
    /** The upper half of a binary32, rounded to nearest even: half the memory and half the traffic. */
    BF16(2);

    private final int bytes;

    KvType(int bytes) {
        this.bytes = bytes;
    }

    /** Bytes per element. */
    public int bytes() {
        return bytes;
    }
}
