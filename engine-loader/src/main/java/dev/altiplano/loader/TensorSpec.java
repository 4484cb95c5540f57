package dev.altiplano.loader;

import java.util.Arrays;
import java.util.List;

/**
 * A tensor that is going to be written by {@link SafetensorsWriter}.
 *
 * @param name its full name
 * @param dtype as safetensors spells it: {@code "F32"}, {@code "BF16"}, {@code "I32"}, …
 * @param shape outermost first; empty for a scalar
 */
public record TensorSpec(String name, String dtype, List<Long> shape) {
    /** Copies the shape. */
    public TensorSpec {
        shape = List.copyOf(shape);
    }

    /** A tensor of the given shape, outermost first. */
    public static TensorSpec of(String name, String dtype, long... shape) {
        return new TensorSpec(name, dtype, Arrays.stream(shape).boxed().toList());
    }
}
