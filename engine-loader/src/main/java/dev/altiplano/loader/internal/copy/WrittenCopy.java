package dev.altiplano.loader.internal.copy;

import dev.altiplano.loader.Checkpoint;
import dev.altiplano.loader.CheckpointException;
import dev.altiplano.loader.internal.TensorIndex;
import dev.altiplano.loader.internal.TextNames;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;

/** The finished copy, opened as anybody would open it. */
final class WrittenCopy implements AutoCloseable {
    private final Checkpoint checkpoint;
    private final Arena arena;
    private final TensorIndex index;
    private final Map<String, Linear> linears = new HashMap<>();

    private WrittenCopy(Checkpoint checkpoint, Arena arena, TensorIndex index) {
        this.checkpoint = checkpoint;
        this.arena = arena;
        this.index = index;
        for (Linear linear : TextLinears.of(checkpoint.text(), TextNames.of(index))) {
            linears.put(linear.name(), linear);
        }
    }

    /** Opens it. */
    @SuppressWarnings("MustBeClosed") // the result closes the arena, or the catch clause does
    static WrittenCopy open(Path folder) {
        Checkpoint checkpoint = Checkpoint.open(folder);
        Arena arena = Arena.ofShared();
        try {
            return new WrittenCopy(checkpoint, arena, TensorIndex.open(folder, arena));
        } catch (Throwable e) {
            checkpoint.close();
            arena.close();
            throw e;
        }
    }

    Linear linear(String name) {
        return Objects.requireNonNull(linears.get(name), name);
    }

    MemorySegment data(String tensor) {
        return Objects.requireNonNull(index.find(tensor), tensor).data();
    }

    /** The answer to a tensor that is not what was to be written. */
    CheckpointException wrong(String tensor, String fault) {
        String file = Objects.requireNonNull(index.find(tensor), tensor).stored().file();
        return new CheckpointException(
                "%s: tensor '%s' %s; remove the folder and write it again"
                        .formatted(file, tensor, fault));
    }

    /** The answer to a weight that is not near enough. */
    CheckpointException wrong(String tensor, int output, int input, float found, float weight) {
        return wrong(
                tensor,
                "holds %s for output %d, input %d, where the source has %s"
                        .formatted(found, output, input, weight));
    }

    @Override
    public void close() {
        checkpoint.close();
        arena.close();
    }
}
