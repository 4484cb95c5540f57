package dev.altiplano.kernels;

import java.lang.foreign.MemorySegment;

/**
 * Weights of one linear map where they are mapped: nothing is copied or converted.
 *
 * @param data the weights, dense, little-endian, off the heap; exactly {@code outputs * inputs} of
 *     them
 * @param dtype how one weight is stored
 * @param order which index runs slowest
 * @param outputs length of a result, at least 1
 * @param inputs length of an argument, at least 1
 */
public record Matrix(MemorySegment data, DType dtype, Order order, int outputs, int inputs) {
    /**
     * Checks the view once; kernels rely on it.
     *
     * @throws IllegalArgumentException if a size is below 1, the segment has another length, or it
     *     lies on the heap (one heap segment slows every later call of a kernel down five times)
     */
    public Matrix {
        if (outputs < 1 || inputs < 1) {
            throw new IllegalArgumentException(
                    "a matrix has %d outputs and %d inputs".formatted(outputs, inputs));
        }
        long expected = (long) outputs * inputs * dtype.bytes();
        if (data.byteSize() != expected) {
            throw new IllegalArgumentException(
                    "a %s matrix with %d outputs and %d inputs has %d bytes, expected %d"
                            .formatted(dtype, outputs, inputs, data.byteSize(), expected));
        }
        if (!data.isNative()) {
            throw new IllegalArgumentException("weights must lie off the heap");
        }
    }
}
