package dev.altiplano.loader.internal;

import dev.altiplano.kernels.DType;
import dev.altiplano.kernels.Matrix;
import dev.altiplano.kernels.Order;
import dev.altiplano.loader.CheckpointException;
import dev.altiplano.loader.StoredTensor;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Turns tensors into matrices after checking dtype and shape, and remembers which were asked for.
 */
final class TensorLookup {
    private static final String DTYPES = "BF16, F16 or F32";

    private final TensorIndex index;
    private final Set<String> used = new HashSet<>();

    TensorLookup(TensorIndex index) {
        this.index = index;
    }

    boolean has(String name) {
        return index.find(name) != null;
    }

    boolean wasUsed(String name) {
        return used.contains(name);
    }

    /** A vector as a matrix of one output. */
    Matrix vector(String name, Extent width) {
        MappedTensor tensor = find(name, width);
        return new Matrix(tensor.data(), dtype(tensor), Order.OUTPUT_MAJOR, 1, width.size());
    }

    /** An ordinary linear map, {@code [outputs, inputs]}. */
    Matrix linear(String name, Extent outputs, Extent inputs) {
        MappedTensor tensor = find(name, outputs, inputs);
        return new Matrix(
                tensor.data(), dtype(tensor), Order.OUTPUT_MAJOR, outputs.size(), inputs.size());
    }

    /** The linear maps of a fused tensor, {@code [count, inputs, outputs]}. */
    List<Matrix> stack(String name, Extent count, Extent inputs, Extent outputs) {
        MappedTensor tensor = find(name, count, inputs, outputs);
        DType dtype = dtype(tensor);
        long bytes = tensor.stored().bytes() / count.size();
        List<Matrix> stack = new ArrayList<>(count.size());
        for (int i = 0; i < count.size(); i++) {
            MemorySegment slice = tensor.data().asSlice(i * bytes, bytes);
            stack.add(new Matrix(slice, dtype, Order.INPUT_MAJOR, outputs.size(), inputs.size()));
        }
        return stack;
    }

    private MappedTensor find(String name, Extent... extents) {
        List<Long> shape = Stream.of(extents).map(extent -> (long) extent.size()).toList();
        MappedTensor tensor = index.find(name);
        if (tensor == null) {
            throw new CheckpointException(
                    "%s: tensor '%s' is missing, expected %s of shape %s (%s)"
                            .formatted(index.file(), name, DTYPES, shape, meaning(extents)));
        }
        StoredTensor stored = tensor.stored();
        if (!stored.shape().equals(shape)) {
            throw new CheckpointException(
                    "%s: tensor '%s' has shape %s, expected %s (%s)"
                            .formatted(
                                    stored.file(), name, stored.shape(), shape, meaning(extents)));
        }
        used.add(name);
        return tensor;
    }

    private static DType dtype(MappedTensor tensor) {
        StoredTensor stored = tensor.stored();
        return StoredDType.kernelType(stored.dtype())
                .orElseThrow(() ->
                        new CheckpointException(
                                "%s: tensor '%s' has dtype %s, expected %s"
                                        .formatted(
                                                stored.file(),
                                                Shown.text(stored.name()),
                                                stored.dtype(),
                                                DTYPES)));
    }

    private static String meaning(Extent... extents) {
        return Stream.of(extents).map(Extent::meaning).collect(Collectors.joining(", "));
    }
}
