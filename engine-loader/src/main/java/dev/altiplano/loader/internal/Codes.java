package dev.altiplano.loader.internal;

import dev.altiplano.kernels.DType;
import dev.altiplano.kernels.Matrix;
import dev.altiplano.kernels.Order;
import dev.altiplano.kernels.Scales;

import org.jspecify.annotations.Nullable;

import java.lang.foreign.MemorySegment;

/**
 * Stored codes of one quantised matrix, or of a stack of them.
 *
 * @param tensor where they are; {@code count} matrices of the same size, one after the other
 * @param count matrices; 1 outside fused experts
 */
record Codes(MappedTensor tensor, DType dtype, Order order, int count, int outputs, int inputs) {
    String name() {
        return tensor.stored().name();
    }

    /** Matrix {@code i} of the stack. */
    Matrix matrix(int i, @Nullable Scales scales) {
        return new Matrix(slice(tensor, i), dtype, order, outputs, inputs, scales);
    }

    /** The part of a tensor that belongs to matrix {@code i}: one of {@code count} equal ones. */
    MemorySegment slice(MappedTensor whole, int i) {
        long bytes = whole.data().byteSize() / count;
        return count == 1 ? whole.data() : whole.data().asSlice(i * bytes, bytes);
    }
}
