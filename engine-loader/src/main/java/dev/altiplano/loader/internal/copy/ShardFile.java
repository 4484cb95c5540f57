package dev.altiplano.loader.internal.copy;

import dev.altiplano.loader.StoredTensor;
import dev.altiplano.loader.TensorSpec;
import dev.altiplano.loader.internal.HeaderWriter;
import dev.altiplano.loader.internal.StoredDType;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A safetensors file whose tensors are written in any order, by any number of threads. Tensors of
 * wider elements come first, as the safetensors project lays them out, so that each begins at a
 * multiple of its element.
 *
 * <p>Nobody sees half a file: the data goes to one beside it, which {@link #finish} moves.
 */
final class ShardFile implements AutoCloseable {
    /** Ends the name of a file that is being written. */
    static final String UNFINISHED = ".part";

    private static final long LARGEST_PIECE = 1 << 26;
    private static final Map<String, String> METADATA = Map.of("format", "pt");

    private final Path file;
    private final Path unfinished;
    private final FileChannel channel;
    private final Map<String, Long> begins = new HashMap<>();
    private final Map<String, StoredTensor> tensors = new HashMap<>();
    private final AtomicLong missing = new AtomicLong();

    private ShardFile(Path file, Path unfinished, FileChannel channel) {
        this.file = file;
        this.unfinished = unfinished;
        this.channel = channel;
    }

    /** Starts a file. */
    static ShardFile create(Path file, List<TensorSpec> specs) throws IOException {
        Path unfinished = file.resolveSibling(file.getFileName() + UNFINISHED);
        FileChannel channel =
                FileChannel.open(
                        unfinished,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.TRUNCATE_EXISTING,
                        StandardOpenOption.WRITE);
        ShardFile shard = new ShardFile(file, unfinished, channel);
        try {
            List<StoredTensor> layout = layOut(file, specs);
            byte[] header = HeaderWriter.header(layout, METADATA);
            shard.write(0, MemorySegment.ofArray(header));
            shard.place(layout, header.length);
            return shard;
        } catch (Throwable e) {
            shard.close();
            throw e;
        }
    }

    /** What a complete file holds, in the order of its data. */
    static List<StoredTensor> layOut(Path file, List<TensorSpec> specs) {
        List<TensorSpec> sorted =
                specs.stream()
                        .sorted(
                                Comparator.<TensorSpec>comparingLong(spec ->
                                                -StoredDType.bytes(spec.dtype(), List.of(2L)))
                                        .thenComparing(TensorSpec::name))
                        .toList();
        return HeaderWriter.layOut(String.valueOf(file.getFileName()), sorted);
    }

    private void place(List<StoredTensor> layout, long begin) {
        long at = begin;
        for (StoredTensor tensor : layout) {
            begins.put(tensor.name(), at);
            tensors.put(tensor.name(), tensor);
            at += tensor.bytes();
        }
        missing.set(at - begin);
    }

    /**
     * Writes a part of a tensor. Every byte is to be written once.
     *
     * @param offset of the first byte in the tensor
     */
    void write(String name, long offset, MemorySegment data) throws IOException {
        StoredTensor tensor = tensors.get(name);
        Long begin = begins.get(name);
        if (tensor == null || begin == null || offset + data.byteSize() > tensor.bytes()) {
            throw new IllegalArgumentException(
                    "%d bytes at %d of '%s' do not belong to %s"
                            .formatted(data.byteSize(), offset, name, file));
        }
        write(begin + offset, data);
        missing.addAndGet(-data.byteSize());
    }

    private void write(long position, MemorySegment data) throws IOException {
        for (long done = 0; done < data.byteSize(); done += LARGEST_PIECE) {
            long count = Math.min(LARGEST_PIECE, data.byteSize() - done);
            ByteBuffer piece = data.asSlice(done, count).asByteBuffer();
            long at = position + done;
            while (piece.hasRemaining()) {
                at += channel.write(piece, at);
            }
        }
    }

    /** Brings the file to the disk and moves it into place. */
    void finish() throws IOException {
        if (missing.get() != 0) {
            throw new IllegalStateException(
                    "%s lacks %d bytes of its tensors".formatted(file, missing.get()));
        }
        channel.force(true);
        channel.close();
        Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE);
    }

    /** Removes the unfinished file, if it is there. */
    @Override
    public void close() throws IOException {
        channel.close();
        Files.deleteIfExists(unfinished);
    }
}
