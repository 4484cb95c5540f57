package dev.altiplano;

import dev.altiplano.vision.image.ImageFault;
import dev.altiplano.vision.image.ImageFile;
import dev.altiplano.vision.image.Pixels;

import org.jspecify.annotations.Nullable;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Objects;

/**
 * A picture as a part of a message: made by {@link Content#image}. Immutable; one object stands for
 * one picture: its file is read when it is first needed, and kept.
 */
public final class Image implements Content {
    private static final int LONGEST_NAME = 4096; // of characters, for messages

    private final String name;
    private final @Nullable Path file;
    private byte @Nullable [] bytes; // guarded by this
    private final @Nullable Pixels pixels;

    private Image(
            String name, @Nullable Path file, byte @Nullable [] bytes, @Nullable Pixels pixels) {
        this.name = name;
        this.file = file;
        this.bytes = bytes;
        this.pixels = pixels;
    }

    static Image of(Path file) {
        return new Image(file.toString(), Objects.requireNonNull(file, "file"), null, null);
    }

    static Image of(byte[] file) {
        return new Image("picture of %d bytes".formatted(file.length), null, file, null);
    }

    static Image of(InputStream file) throws IOException {
        int most = (int) ImageLimits.defaults().bytes();
        byte[] bytes = file.readNBytes(most + 1);
        if (bytes.length > most) {
            throw new IOException(
                    "the picture has more than %d bytes; pass its path or its bytes"
                            .formatted(most));
        }
        return of(bytes);
    }

    static Image of(Pixels pixels) {
        byte[] copy = pixels.data().clone();
        return new Image(
                "picture of %d x %d pixels".formatted(pixels.width(), pixels.height()),
                null,
                null,
                new Pixels(pixels.width(), pixels.height(), copy, pixels.order()));
    }

    /** Path, or size. */
    @Override
    public String toString() {
        return name;
    }

    /** A picture in memory. */
    record Decoded(String digest, Pixels pixels) {}

    /**
     * Reads and decodes the picture.
     *
     * @throws IllegalArgumentException if it cannot be read, is no picture, damaged, of a kind that
     *     is not supported, or too large
     */
    Decoded decode(ImageLimits limits) {
        try {
            if (pixels != null) {
                requirePixels(pixels, limits);
                return new Decoded(digest(pixels), pixels);
            }
            byte[] read = bytes(limits);
            return new Decoded(digest(read), ImageFile.decode(read, limits.pixels()));
        } catch (ImageFault e) {
            throw new IllegalArgumentException(name + ": " + e.getMessage(), e);
        } catch (IOException e) {
            String reason = e.getClass().getSimpleName() + " " + e.getMessage();
            throw new IllegalArgumentException("%s: cannot be read: %s".formatted(name, reason), e);
        }
    }

    private synchronized byte[] bytes(ImageLimits limits) throws IOException {
        if (bytes == null) {
            bytes = read(Objects.requireNonNull(file), limits);
        }
        requireBytes(bytes.length, limits);
        return bytes;
    }

    /** Writes the picture itself, wherever it came from. */
    void write(DataOutputStream out) throws IOException {
        out.writeUTF(name.length() > LONGEST_NAME ? name.substring(0, LONGEST_NAME) : name);
        out.writeBoolean(pixels != null);
        if (pixels != null) {
            out.writeInt(pixels.width());
            out.writeInt(pixels.height());
            out.writeBoolean(pixels.order() == Pixels.Order.RGB);
            out.write(pixels.data());
        } else {
            byte[] all = bytes(new ImageLimits(ImageLimits.MOST_BYTES, 1, 1));
            out.writeInt(all.length);
            out.write(all);
        }
    }

    /**
     * Reads what {@link #write} wrote.
     *
     * @throws IOException if it ends early or says what cannot be
     */
    static Image read(DataInputStream in) throws IOException {
        String name = in.readUTF();
        if (!in.readBoolean()) {
            return new Image(name, null, exactly(in, in.readInt()), null);
        }
        int width = in.readInt();
        int height = in.readInt();
        Pixels.Order order = in.readBoolean() ? Pixels.Order.RGB : Pixels.Order.BGR;
        if (width < 1 || height < 1 || width > Integer.MAX_VALUE / Pixels.CHANNELS / height) {
            throw new IOException("a picture of %d x %d pixels".formatted(width, height));
        }
        byte[] data = exactly(in, width * height * Pixels.CHANNELS);
        return new Image(name, null, null, new Pixels(width, height, data, order));
    }

    private static byte[] exactly(DataInputStream in, int count) throws IOException {
        if (count < 0 || count > in.available()) {
            throw new IOException(
                    "a picture of %d bytes in the %d that are left"
                            .formatted(count, in.available()));
        }
        return in.readNBytes(count);
    }

    private byte[] read(Path path, ImageLimits limits) throws IOException {
        if (!Files.isRegularFile(path)) { // a pipe could block for ever
            throw new IllegalArgumentException(
                    "%s: %s"
                            .formatted(
                                    name,
                                    Files.exists(path) ? "is no regular file" : "does not exist"));
        }
        requireBytes(Files.size(path), limits);
        try (InputStream in = Files.newInputStream(path)) {
            return in.readNBytes((int) limits.bytes() + 1);
        }
    }

    private void requireBytes(long count, ImageLimits limits) {
        if (count > limits.bytes()) {
            throw new IllegalArgumentException(
                    "%s: has %d bytes, expected at most %d".formatted(name, count, limits.bytes()));
        }
    }

    private void requirePixels(Pixels pixels, ImageLimits limits) {
        long count = (long) pixels.width() * pixels.height();
        if (count > limits.pixels()) {
            throw new IllegalArgumentException(
                    "%s: has %d pixels, expected at most %d"
                            .formatted(name, count, limits.pixels()));
        }
    }

    private static String digest(byte[] file) {
        return HexFormat.of().formatHex(sha256().digest(file));
    }

    private static String digest(Pixels pixels) {
        MessageDigest digest = sha256();
        digest.update(ByteBuffer.allocate(8).putInt(pixels.width()).putInt(pixels.height()).flip());
        digest.update((byte) pixels.order().offset(0));
        digest.update(pixels.data());
        return HexFormat.of().formatHex(digest.digest());
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JVM has SHA-256", e);
        }
    }
}
