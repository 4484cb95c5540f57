package dev.altiplano.loader;

import dev.altiplano.loader.internal.MappedTensor;
import dev.altiplano.loader.internal.Shard;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;

/** One mapped {@code .safetensors} file of any content. */
public final class SafetensorsFile implements AutoCloseable {
    private final Arena arena;
    private final Shard shard;
    private final Map<String, MappedTensor> tensors = new LinkedHashMap<>();
    private final AtomicBoolean closed = new AtomicBoolean();

    private SafetensorsFile(Arena arena, Shard shard) {
        this.arena = arena;
        this.shard = shard;
        shard.tensors().forEach(tensor -> tensors.put(tensor.stored().name(), tensor));
    }

    /**
     * Maps {@code file}, after checking its header.
     *
     * @throws CheckpointException if it cannot be read or its header is broken
     */
    @SuppressWarnings("MustBeClosed") // the result closes the arena, or the catch clause does
    public static SafetensorsFile open(Path file) {
        Arena arena = Arena.ofShared();
        try {
            return new SafetensorsFile(arena, Shard.map(file, arena));
        } catch (Throwable e) {
            arena.close();
            throw e;
        }
    }

    /** Its tensors in the order of their data. */
    public List<StoredTensor> tensors() {
        return shard.tensors().stream().map(MappedTensor::stored).toList();
    }

    /** The names of its tensors in the order of their data. */
    public List<String> names() {
        return List.copyOf(tensors.keySet());
    }

    /** Whether there is a tensor of that name. */
    public boolean contains(String name) {
        return tensors.containsKey(name);
    }

    /**
     * What the header says about a tensor.
     *
     * @throws CheckpointException if there is none of that name
     */
    public StoredTensor tensor(String name) {
        return find(name).stored();
    }

    /**
     * The data of a tensor: little-endian, read-only, not necessarily aligned; valid until this is
     * closed.
     *
     * @throws CheckpointException if there is none of that name
     * @throws IllegalStateException if this is closed
     */
    public MemorySegment data(String name) {
        if (closed.get()) {
            throw new IllegalStateException(shard.file() + " is closed");
        }
        return find(name).data();
    }

    private MappedTensor find(String name) {
        MappedTensor tensor = tensors.get(name);
        if (tensor == null) {
            throw new CheckpointException("%s: has no tensor '%s'".formatted(shard.file(), name));
        }
        return tensor;
    }

    /** Unmaps the file. A second call does nothing. */
    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            arena.close();
        }
    }
}
