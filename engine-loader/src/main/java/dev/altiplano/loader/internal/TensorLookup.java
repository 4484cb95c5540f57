package dev.altiplano.loader.internal;

import dev.altiplano.loader.CheckpointException;
import dev.altiplano.loader.StoredTensor;

import org.jspecify.annotations.Nullable;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Finds tensors after checking shape or dtype, and remembers which were asked for. */
final class TensorLookup {
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

    /** The tensor of that name, if there is one. */
    @Nullable MappedTensor optional(String name) {
        MappedTensor tensor = index.find(name);
        if (tensor != null) {
            used.add(name);
        }
        return tensor;
    }

    /** The tensor of that name. */
    MappedTensor required(String name, String expected) {
        MappedTensor tensor = optional(name);
        if (tensor == null) {
            throw new CheckpointException(
                    "%s: tensor '%s' is missing, expected %s"
                            .formatted(index.file(), name, expected));
        }
        return tensor;
    }

    /** The tensor of that name, which must be there with that shape. */
    MappedTensor required(String name, String dtypes, Extent... extents) {
        MappedTensor tensor =
                required(
                        name,
                        "%s of shape %s (%s)".formatted(dtypes, shape(extents), meaning(extents)));
        requireShape(tensor, extents);
        return tensor;
    }

    static void requireShape(MappedTensor tensor, Extent... extents) {
        StoredTensor stored = tensor.stored();
        if (!stored.shape().equals(shape(extents))) {
            throw new CheckpointException(
                    "%s: tensor '%s' has shape %s, expected %s (%s)"
                            .formatted(
                                    stored.file(),
                                    Shown.text(stored.name()),
                                    stored.shape(),
                                    shape(extents),
                                    meaning(extents)));
        }
    }

    /** The answer to a tensor of an unusable dtype. */
    static CheckpointException wrongDType(MappedTensor tensor, String expected) {
        return wrong(
                tensor, "has dtype %s, expected %s".formatted(tensor.stored().dtype(), expected));
    }

    /** The answer to a tensor with a fault. */
    static CheckpointException wrong(MappedTensor tensor, String fault) {
        StoredTensor stored = tensor.stored();
        return new CheckpointException(
                "%s: tensor '%s' %s".formatted(stored.file(), Shown.text(stored.name()), fault));
    }

    private static List<Long> shape(Extent... extents) {
        return Stream.of(extents).map(extent -> (long) extent.size()).toList();
    }

    private static String meaning(Extent... extents) {
        return Stream.of(extents).map(Extent::meaning).collect(Collectors.joining(", "));
    }
}
