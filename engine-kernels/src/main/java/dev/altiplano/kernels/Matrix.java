package dev.altiplano.kernels;

import org.jspecify.annotations.Nullable;

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
 * @param scales what the stored codes are multiplied by; null where they are the weights
 */
public record Matrix(
        MemorySegment data,
        DType dtype,
        Order order,
        int outputs,
        int inputs,
        @Nullable Scales scales) {
    /**
     * Checks the view once; kernels rely on it.
     *
     * @throws IllegalArgumentException if a size is below 1, a segment has another length, or it
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
        if (scales != null) {
            requireScales(scales, outputs, inputs);
        }
    }

    /** Weights without scales. */
    public Matrix(MemorySegment data, DType dtype, Order order, int outputs, int inputs) {
        this(data, dtype, order, outputs, inputs, null);
    }

    private static void requireScales(Scales scales, int outputs, int inputs) {
        int alongOutputs = scales.outputBlocks(outputs);
        int alongInputs = scales.inputBlocks(inputs);
        long expected = (long) alongOutputs * alongInputs * scales.dtype().bytes();
        if (scales.data().byteSize() != expected) {
            throw new IllegalArgumentException(
                    "%d by %d scales of %s have %d bytes, expected %d"
                            .formatted(
                                    alongOutputs,
                                    alongInputs,
                                    scales.dtype(),
                                    scales.data().byteSize(),
                                    expected));
        }
    }

    /**
     * The factor of the code of output {@code o} and input {@code i}; 1 without scales. Not for
     * inner loops.
     */
    public float scale(int o, int i) {
        return scales == null ? 1 : scales.at(this, o, i);
    }
}
