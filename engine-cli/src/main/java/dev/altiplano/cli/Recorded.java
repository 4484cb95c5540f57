package dev.altiplano.cli;

import dev.altiplano.loader.SafetensorsFile;
import dev.altiplano.loader.StoredTensor;

import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Optional;

/**
 * What an independent implementation computed, in numbers: {@code expected.safetensors}.
 *
 * @param tolerance allowed distance, relative to the largest recorded number or to 1
 */
record Recorded(SafetensorsFile tensors, double tolerance) {
    private static final ValueLayout.OfInt INT =
            ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    boolean contains(String name) {
        return tensors.contains(name);
    }

    /** Token ids of a prompt. */
    int[] ids(int prompt) {
        String name = "ids." + prompt;
        StoredTensor tensor = tensors.tensor(name);
        if (!tensor.dtype().equals("I32") || tensor.shape().size() != 1) {
            throw wrong(tensor, "I32 [tokens]");
        }
        return tensors.data(name).toArray(INT);
    }

    /**
     * Compares rows with a tensor, or nothing when it was not recorded.
     *
     * @param what words for a message
     * @param shape what the tensor must have; the last number is the width of a row
     */
    Optional<Difference> difference(String what, String name, long... shape) {
        if (!contains(name)) {
            return Optional.empty();
        }
        require(name, "F32", shape);
        int width = Math.toIntExact(shape[shape.length - 1]);
        return Optional.of(new Difference(what, tensors.data(name), width, tolerance));
    }

    /** Refuses a tensor of another kind. */
    void require(String name, String dtype, long... shape) {
        StoredTensor tensor = tensors.tensor(name);
        List<Long> wanted = java.util.Arrays.stream(shape).boxed().toList();
        if (!tensor.dtype().equals(dtype) || !tensor.shape().equals(wanted)) {
            throw wrong(tensor, dtype + " " + wanted);
        }
    }

    private static CommandException wrong(StoredTensor tensor, String expected) {
        return CommandException.failed(
                "%s: tensor '%s' is %s %s, expected %s"
                        .formatted(
                                tensor.file(),
                                tensor.name(),
                                tensor.dtype(),
                                tensor.shape(),
                                expected));
    }
}
