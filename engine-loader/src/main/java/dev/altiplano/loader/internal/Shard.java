package dev.altiplano.loader.internal;

import dev.altiplano.loader.CheckpointException;
import dev.altiplano.loader.internal.SafetensorsHeader.Placed;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;

/** One safetensors file, its header checked and all of it mapped. */
public final class Shard {
    private final FileState state;
    private final MemorySegment whole;
    private final List<MappedTensor> tensors;
    private final String headerDigest;

    private Shard(
            FileState state, MemorySegment whole, List<MappedTensor> tensors, String headerDigest) {
        this.state = state;
        this.whole = whole;
        this.tensors = tensors;
        this.headerDigest = headerDigest;
    }

    /**
     * Checks the header of {@code path} and maps the file until {@code arena} is closed.
     *
     * @throws CheckpointException if it cannot be read or its header is wrong
     */
    public static Shard map(Path path, Arena arena) {
        SmallFile.requireRegular(path);
        String file = SmallFile.name(path);
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            FileState state = FileState.of(path); // before anything is read: later changes show
            InputStream in = new BufferedInputStream(Channels.newInputStream(channel), 1 << 16);
            SafetensorsHeader header = SafetensorsHeader.read(file, in, state.size());
            MemorySegment whole =
                    channel.map(FileChannel.MapMode.READ_ONLY, 0, state.size(), arena);
            List<MappedTensor> tensors =
                    header.tensors().stream().map(placed -> slice(whole, placed)).toList();
            return new Shard(state, whole, tensors, header.digest());
        } catch (IOException e) {
            throw SmallFile.unreadable(file, e);
        }
    }

    private static MappedTensor slice(MemorySegment whole, Placed placed) {
        return new MappedTensor(
                placed.tensor(), whole.asSlice(placed.begin(), placed.tensor().bytes()));
    }

    /** Name of the file, without the folder. */
    public String file() {
        return SmallFile.name(state.path());
    }

    /** All of the mapped file. */
    public MemorySegment whole() {
        return whole;
    }

    /** Its tensors in the order of their data. */
    public List<MappedTensor> tensors() {
        return tensors;
    }

    /** Length of the file in bytes. */
    public long size() {
        return state.size();
    }

    /** SHA-256 of the header's JSON text, hexadecimal. */
    public String headerDigest() {
        return headerDigest;
    }

    /**
     * Compares size and time of change with those before mapping.
     *
     * @throws CheckpointException if the file was changed in place
     */
    public void checkUnchanged() {
        state.checkUnchanged();
    }
}
