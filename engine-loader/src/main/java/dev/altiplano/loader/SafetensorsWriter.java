package dev.altiplano.loader;

import dev.altiplano.loader.internal.HeaderWriter;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Objects;
import java.util.UUID;

/**
 * Writes one {@code .safetensors} file from front to back with a small buffer: tensors are
 * announced first, then their data is added in the same order, in pieces of any size.
 *
 * <p>The data goes to a temporary file beside the wanted one, which {@link #finish} moves into
 * place in one step: nobody ever sees half a file. Closed without {@code finish}, nothing remains.
 *
 * <p>For one thread.
 */
public final class SafetensorsWriter implements AutoCloseable {
    private static final int BUFFER_BYTES = 1 << 16;
    private static final long LARGEST_PIECE = 1 << 30; // a ByteBuffer ends at 2^31

    private final Path file;
    private final Path unfinished;
    private final FileChannel channel;
    private final List<StoredTensor> tensors;
    private final ByteBuffer buffer =
            ByteBuffer.allocateDirect(BUFFER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    private int current = -1;
    private long missing; // bytes of the current tensor

    private SafetensorsWriter(Path file, Path unfinished, List<StoredTensor> tensors)
            throws IOException {
        this.file = file;
        this.unfinished = unfinished;
        this.tensors = tensors;
        this.channel =
                FileChannel.open(
                        unfinished, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    }

    /**
     * Starts a file.
     *
     * @param file what is to be written; replaced if it exists
     * @param tensors all tensors in the order in which their data will come
     * @throws IllegalArgumentException if two have the same name, or a dtype or shape is impossible
     * @throws UncheckedIOException if the file cannot be written
     */
    public static SafetensorsWriter create(Path file, List<TensorSpec> tensors) {
        List<StoredTensor> layout =
                HeaderWriter.layOut(String.valueOf(file.getFileName()), tensors);
        Path unfinished =
                file.resolveSibling(file.getFileName() + "." + UUID.randomUUID() + ".part");
        try {
            SafetensorsWriter writer = new SafetensorsWriter(file, unfinished, layout);
            writer.start(HeaderWriter.header(layout));
            return writer;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void start(byte[] header) throws IOException {
        try {
            write(ByteBuffer.wrap(header));
            skipFullTensors();
        } catch (IOException e) {
            close();
            throw e;
        }
    }

    /**
     * Adds numbers to the current tensor: F32, or F16 or BF16, rounded to the nearest, ties to
     * even.
     */
    public SafetensorsWriter add(float[] values) {
        return add(values, 0, values.length);
    }

    /**
     * Adds {@code count} of the numbers from {@code from} on.
     *
     * @throws IllegalArgumentException if the current tensor has another dtype or less room
     */
    public SafetensorsWriter add(float[] values, int from, int count) {
        Objects.checkFromIndexSize(from, count, values.length);
        String dtype = require(List.of("F32", "F16", "BF16"));
        int width = dtype.equals("F32") ? 4 : 2;
        take((long) width * count);
        for (int i = from; i < from + count; i++) {
            makeRoom(width);
            switch (dtype) {
                case "F32" -> buffer.putFloat(values[i]);
                case "F16" -> buffer.putShort(Float.floatToFloat16(values[i]));
                default -> buffer.putShort(bf16(values[i]));
            }
        }
        skipFullTensors();
        return this;
    }

    /**
     * Adds numbers to the current tensor: I32 or I64.
     *
     * @throws IllegalArgumentException if it has another dtype or less room
     */
    public SafetensorsWriter add(int... values) {
        int width = require(List.of("I32", "I64")).equals("I32") ? 4 : 8;
        take((long) width * values.length);
        for (int value : values) {
            makeRoom(width);
            if (width == 4) {
                buffer.putInt(value);
            } else {
                buffer.putLong(value);
            }
        }
        skipFullTensors();
        return this;
    }

    /**
     * Adds raw little-endian data to the current tensor, whatever its dtype is.
     *
     * @throws IllegalArgumentException if it has less room
     */
    public SafetensorsWriter add(MemorySegment data) {
        take(data.byteSize());
        flush();
        for (long done = 0; done < data.byteSize(); done += LARGEST_PIECE) {
            long piece = Math.min(LARGEST_PIECE, data.byteSize() - done);
            try {
                write(data.asSlice(done, piece).asByteBuffer());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        skipFullTensors();
        return this;
    }

    /**
     * Completes the file and moves it into place.
     *
     * @throws IllegalStateException if data is missing, or this is closed
     * @throws UncheckedIOException if the file cannot be written
     */
    public void finish() {
        requireOpen();
        if (current < tensors.size()) {
            throw new IllegalStateException(
                    "tensor '%s' of %s lacks %d bytes"
                            .formatted(tensors.get(current).name(), file, missing));
        }
        flush();
        try {
            channel.force(true);
            channel.close();
            Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Removes the temporary file unless {@link #finish} was called. */
    @Override
    public void close() {
        try {
            channel.close();
            Files.deleteIfExists(unfinished);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private String require(List<String> dtypes) {
        if (current == tensors.size()) {
            throw new IllegalArgumentException("all tensors of %s are complete".formatted(file));
        }
        StoredTensor tensor = tensors.get(current);
        if (!dtypes.contains(tensor.dtype())) {
            throw new IllegalArgumentException(
                    "tensor '%s' is %s, not one of %s"
                            .formatted(tensor.name(), tensor.dtype(), dtypes));
        }
        return tensor.dtype();
    }

    private void take(long bytes) {
        requireOpen();
        if (current == tensors.size() || bytes > missing) {
            throw new IllegalArgumentException(
                    "%d more bytes, but %s"
                            .formatted(
                                    bytes,
                                    current == tensors.size()
                                            ? "all tensors are complete"
                                            : "tensor '%s' lacks %d"
                                                    .formatted(
                                                            tensors.get(current).name(), missing)));
        }
        missing -= bytes;
    }

    private void requireOpen() {
        if (!channel.isOpen()) {
            throw new IllegalStateException("the writer of %s is closed".formatted(file));
        }
    }

    private void skipFullTensors() {
        while (missing == 0 && current < tensors.size()) {
            current++;
            missing = current < tensors.size() ? tensors.get(current).bytes() : 0;
        }
    }

    private void makeRoom(int bytes) {
        if (buffer.remaining() < bytes) {
            flush();
        }
    }

    private void flush() {
        try {
            write(buffer.flip());
            buffer.clear();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void write(ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }

    private static short bf16(float value) {
        int bits = Float.floatToRawIntBits(value);
        if (Float.isNaN(value)) {
            return (short) ((bits >>> 16) | 0x40); // stays a NaN when its low half is cut off
        }
        return (short) ((bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16);
    }
}
