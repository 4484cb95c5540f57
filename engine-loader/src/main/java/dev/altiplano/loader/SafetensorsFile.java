package dev.altiplano.loader;

import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.List;

/** One mapped {@code .safetensors} file of any content. */
public final class SafetensorsFile implements AutoCloseable {
    /**
     * Maps {@code file}, after checking its header.
     *
     * @throws CheckpointException if it cannot be read or its header is broken
     */
    public static SafetensorsFile open(Path file) {
        throw new UnsupportedOperationException();
    }

    /** Its tensors in the order of their data. */
    public List<StoredTensor> tensors() {
        throw new UnsupportedOperationException();
    }

    /** The names of its tensors in the order of their data. */
    public List<String> names() {
        throw new UnsupportedOperationException();
    }

    /** Whether there is a tensor of that name. */
    public boolean contains(String name) {
        throw new UnsupportedOperationException();
    }

    /**
     * What the header says about a tensor.
     *
     * @throws CheckpointException if there is none of that name
     */
    public StoredTensor tensor(String name) {
        throw new UnsupportedOperationException();
    }

    /**
     * The data of a tensor: little-endian, read-only, not necessarily aligned; valid until this is
     * closed.
     *
     * @throws CheckpointException if there is none of that name
     */
    public MemorySegment data(String name) {
        throw new UnsupportedOperationException();
    }

    /** Unmaps the file. A second call does nothing. */
    @Override
    public void close() {}
}
