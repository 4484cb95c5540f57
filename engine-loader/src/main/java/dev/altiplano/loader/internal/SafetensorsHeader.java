package dev.altiplano.loader.internal;

import dev.altiplano.loader.CheckpointException;
import dev.altiplano.loader.StoredTensor;

import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.MessageDigest;
import java.util.Comparator;
import java.util.List;

/**
 * What the header of a safetensors file says, every bound checked: 8 bytes with its length, then a
 * JSON object with dtype, shape and offsets of each tensor, then the data, without gaps.
 *
 * <p>Source of the rules: {@code safetensors/src/tensor.rs} of the safetensors project.
 *
 * @param tensors in the order of their data
 * @param digest SHA-256 of the JSON text, hexadecimal
 */
public record SafetensorsHeader(List<Placed> tensors, String digest) {
    /** The longest header in bytes that the safetensors project itself accepts. */
    static final long LONGEST = 100_000_000;

    private static final int LENGTH_BYTES = 8;
    private static final int SHORTEST = 2; // {}

    /** Copies the list. */
    public SafetensorsHeader {
        tensors = List.copyOf(tensors);
    }

    /**
     * A tensor and where its data begins.
     *
     * @param begin offset in the file, in bytes
     */
    public record Placed(StoredTensor tensor, long begin) {}

    /**
     * Reads and checks a header.
     *
     * @param file name for messages
     * @param in the file from its beginning
     * @param fileSize length of the file in bytes
     * @throws CheckpointException if anything about it is wrong
     */
    public static SafetensorsHeader read(String file, InputStream in, long fileSize) {
        try {
            long length = readLength(file, in, fileSize);
            MessageDigest digest = Sha256.start();
            LimitedInput json = new LimitedInput(in, length, digest);
            long dataStart = LENGTH_BYTES + length;
            List<Placed> tensors;
            try (JsonParser parser = BoundedJson.parser(json, HeaderParser.MOST_TOKENS)) {
                tensors = new HeaderParser(file, parser, dataStart, fileSize - dataStart).parse();
            }
            tensors.sort(
                    Comparator.comparingLong(Placed::begin)
                            .thenComparingLong(placed -> placed.tensor().bytes()));
            requireSeamless(file, tensors, dataStart, fileSize);
            return new SafetensorsHeader(tensors, Sha256.hex(digest));
        } catch (JacksonException e) {
            throw BoundedJson.broken(file + ": header", e);
        } catch (IOException e) {
            throw SmallFile.unreadable(file, e);
        }
    }

    private static long readLength(String file, InputStream in, long fileSize) throws IOException {
        byte[] bytes = in.readNBytes(LENGTH_BYTES);
        if (bytes.length < LENGTH_BYTES) {
            throw new CheckpointException(
                    "%s: has %d bytes, expected %d or more (length of the header)"
                            .formatted(file, bytes.length, LENGTH_BYTES));
        }
        long length = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getLong();
        long most = Math.min(LONGEST, fileSize - LENGTH_BYTES);
        if (length < SHORTEST || length > most) { // as a signed number, 2^63 and more are negative
            throw new CheckpointException(
                    "%s: header has %s bytes, expected %d to %d (the file has %d)"
                            .formatted(
                                    file,
                                    Long.toUnsignedString(length),
                                    SHORTEST,
                                    Math.max(SHORTEST, most),
                                    fileSize));
        }
        return length;
    }

    /** Every byte of the data belongs to exactly one tensor, as the format demands. */
    private static void requireSeamless(
            String file, List<Placed> tensors, long dataStart, long fileSize) {
        long end = dataStart;
        String before = "";
        for (Placed placed : tensors) {
            String name = placed.tensor().name();
            if (placed.begin() != end) {
                throw new CheckpointException(
                        "%s: data of tensor '%s' begins at %d, expected %d (%s)"
                                .formatted(
                                        file,
                                        Shown.text(name),
                                        placed.begin() - dataStart,
                                        end - dataStart,
                                        placed.begin() > end
                                                ? "there is a gap before it"
                                                : "it overlaps tensor '%s'"
                                                        .formatted(Shown.text(before))));
            }
            end += placed.tensor().bytes();
            before = name;
        }
        if (end != fileSize) {
            throw new CheckpointException(
                    "%s: has %d bytes, expected %d (header and data of %d tensors)"
                            .formatted(file, fileSize, end, tensors.size()));
        }
    }
}
