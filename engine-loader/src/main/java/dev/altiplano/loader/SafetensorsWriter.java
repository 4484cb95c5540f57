package dev.altiplano.loader;

import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.List;

/**
 * Writes one {@code .safetensors} file from front to back with a small buffer: tensors are announced
 * first, then their data is added in the same order, in pieces of any size.
 *
 * <p>The data goes to a temporary file beside the wanted one, which {@link #finish} moves into place
 * in one step: nobody ever sees half a file. Closed without {@code finish}, nothing remains.
 *
 * <p>For one thread.
 */
public final class SafetensorsWriter implements AutoCloseable {
    /**
     * Starts a file.
     *
     * @param file what is to be written; replaced if it exists
     * @param tensors all tensors in the order in which their data will come
     * @throws IllegalArgumentException if two have the same name, or a dtype or shape is impossible
     * @throws java.io.UncheckedIOException if the file cannot be written
     */
    public static SafetensorsWriter create(Path file, List<TensorSpec> tensors) {
        throw new UnsupportedOperationException();
    }

    /** Adds numbers to the current tensor, which is F32, or F16 or BF16 (rounded to nearest even). */
    public SafetensorsWriter add(float[] values) {
        return add(values, 0, values.length);
    }

    /** Adds {@code count} of the numbers from {@code from} on: see {@link #add(float[])}. */
    public SafetensorsWriter add(float[] values, int from, int count) {
        throw new UnsupportedOperationException();
    }

    /** Adds numbers to the current tensor, which is I32 or I64. */
    public SafetensorsWriter add(int... values) {
        throw new UnsupportedOperationException();
    }

    /** Adds raw little-endian data to the current tensor, whatever its dtype is. */
    public SafetensorsWriter add(MemorySegment data) {
        throw new UnsupportedOperationException();
    }

    /**
     * Completes the file and moves it into place.
     *
     * @throws IllegalStateException if data is missing
     */
    public void finish() {
        throw new UnsupportedOperationException();
    }

    /** Removes the temporary file unless {@link #finish} was called. */
    @Override
    public void close() {}
}
