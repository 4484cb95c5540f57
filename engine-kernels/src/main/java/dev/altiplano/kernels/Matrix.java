package dev.altiplano.kernels;

import dev.altiplano.kernels.internal.Weights;

import org.jspecify.annotations.Nullable;

import java.lang.foreign.MemorySegment;

/**
 * Weights of one linear map where they are mapped: nothing is copied or converted.
 *
 * @param data the weights, dense, little-endian, off the heap; {@link #rows} rows of {@link
 *     #rowBytes} bytes
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
        if (order == Order.INPUT_MAJOR && dtype.isInWords()) {
            throw new IllegalArgumentException(
                    "%s codes are packed along the inputs, one output after the other"
                            .formatted(dtype));
        }
        long expected =
                rows(dtype, order, outputs, inputs) * rowBytes(dtype, order, outputs, inputs);
        if (data.byteSize() != expected) {
            throw new IllegalArgumentException(
                    "a %s matrix with %d outputs and %d inputs has %d bytes, expected %d"
                            .formatted(dtype, outputs, inputs, data.byteSize(), expected));
        }
        if (!data.isNative()) {
            throw new IllegalArgumentException("weights must lie off the heap");
        }
        if (scales != null) {
            scales.requireFor(outputs, inputs);
        }
    }

    /** Weights without scales. */
    public Matrix(MemorySegment data, DType dtype, Order order, int outputs, int inputs) {
        this(data, dtype, order, outputs, inputs, null);
    }

    /**
     * Rows of bytes: one per output, or one per input; one per pair of inputs for {@link
     * DType#F4_E2M1} codes that are stored input-major.
     */
    public long rows() {
        return rows(dtype, order, outputs, inputs);
    }

    private static long rows(DType dtype, Order order, int outputs, int inputs) {
        if (order == Order.OUTPUT_MAJOR) {
            return outputs;
        }
        return dtype == DType.F4_E2M1 ? (inputs + 1L) / 2 : inputs;
    }

    /** Bytes from one row to the next. */
    public long rowBytes() {
        return rowBytes(dtype, order, outputs, inputs);
    }

    private static long rowBytes(DType dtype, Order order, int outputs, int inputs) {
        if (order == Order.INPUT_MAJOR) {
            return dtype == DType.F4_E2M1 ? outputs : (long) outputs * dtype.bytes();
        }
        long bits = (long) inputs * dtype.bits();
        return dtype.isInWords() ? (bits + 31) / 32 * 4 : (bits + 7) / 8;
    }

    /**
     * The factor of the code of output {@code o} and input {@code i}; 1 without scales. Not for
     * inner loops.
     */
    public float scale(int o, int i) {
        return scales == null ? 1 : scales.at(this, o, i);
    }

    /**
     * What is subtracted from the code of output {@code o} and input {@code i}; 0 without zero
     * points. Not for inner loops.
     */
    public int zero(int o, int i) {
        return scales == null ? 0 : scales.zeroAt(this, o, i);
    }

    /** The weight from input {@code i} to output {@code o}, exactly. Not for inner loops. */
    public float weight(int o, int i) {
        return Weights.at(this, o, i);
    }

    /** Bytes of the codes and of everything that belongs to them. */
    public long bytes() {
        return data.byteSize() + (scales == null ? 0 : scales.bytes());
    }
}
