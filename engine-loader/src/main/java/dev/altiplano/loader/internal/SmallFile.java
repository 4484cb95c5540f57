package dev.altiplano.loader.internal;

import dev.altiplano.loader.CheckpointException;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Files that are read into memory as a whole, but only up to a limit. */
public final class SmallFile {
    private SmallFile() {}

    /** Whether something of that name exists, be it readable or not. */
    public static boolean exists(Path file) {
        return Files.exists(file);
    }

    /**
     * A file that is read from front to back.
     *
     * @throws CheckpointException if it is no regular file (a pipe would block for ever), cannot be
     *     opened, or is longer than {@code limit} bytes
     */
    static InputStream stream(Path file, long limit) {
        requireRegular(file);
        try {
            long size = Files.size(file);
            if (size > limit) {
                throw new CheckpointException(
                        "%s: has %d bytes, expected at most %d".formatted(name(file), size, limit));
            }
            return Files.newInputStream(file);
        } catch (IOException e) {
            throw unreadable(name(file), e);
        }
    }

    /** All bytes of a file: see {@link #stream}. */
    public static byte[] read(Path file, int limit) {
        try (InputStream in = stream(file, limit)) {
            return in.readNBytes(limit);
        } catch (IOException e) {
            throw unreadable(name(file), e);
        }
    }

    /** All of a UTF-8 file. */
    static String readText(Path file, int limit) {
        byte[] bytes = read(file, limit);
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
        } catch (CharacterCodingException e) {
            throw new CheckpointException("%s: is not valid UTF-8".formatted(name(file)), e);
        }
    }

    static void requireRegular(Path file) {
        if (!Files.isRegularFile(file)) {
            throw new CheckpointException(
                    "%s: %s"
                            .formatted(
                                    name(file),
                                    Files.exists(file)
                                            ? "is not a regular file"
                                            : "is missing from the folder"));
        }
    }

    static CheckpointException unreadable(String name, IOException e) {
        String reason = e.getClass().getSimpleName() + " " + e.getMessage();
        return new CheckpointException(
                "%s: cannot be read: %s".formatted(name, Shown.text(reason)), e);
    }

    static String name(Path file) {
        Path name = file.getFileName();
        return Shown.text(name == null ? file.toString() : name.toString());
    }
}
