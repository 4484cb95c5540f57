package dev.altiplano.loader;

import java.util.List;

/**
 * One tensor as the header of its file describes it.
 *
 * @param name its full name
 * @param dtype as safetensors spells it: {@code "BF16"}, {@code "F32"}, {@code "F8_E4M3"}, …
 * @param shape outermost first; empty for a scalar
 * @param bytes length of its data
 * @param file name of the file that holds it, without the folder
 */
public record StoredTensor(String name, String dtype, List<Long> shape, long bytes, String file) {
    /** Copies the shape. */
    public StoredTensor {
        shape = List.copyOf(shape);
    }
}
