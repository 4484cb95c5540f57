package dev.altiplano.vision.image;

import static java.util.Objects.requireNonNull;

import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.InflaterInputStream;

/**
 * Small pictures of 45 x 31 pixels in every format, written by Pillow 12.3, and what Pillow's
 * {@code exif_transpose} and {@code convert("RGB")} make of them.
 */
public final class Pictures {
    /** Larger than any of them. */
    public static final long MOST_PIXELS = 1 << 20;

    private Pictures() {}

    /** The bytes of one of the files. */
    public static byte[] file(String name) {
        try (InputStream in =
                requireNonNull(Pictures.class.getResourceAsStream("/pictures/" + name), name)) {
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What Pillow makes of each file: red, green, blue. */
    public static Map<String, Pixels> expected() {
        Map<String, Pixels> all = new LinkedHashMap<>();
        byte[] packed = file("expected.bin");
        try (DataInputStream in =
                new DataInputStream(new InflaterInputStream(new ByteArrayInputStream(packed)))) {
            byte[] whole = in.readAllBytes();
            try (DataInputStream list = new DataInputStream(new ByteArrayInputStream(whole))) {
                while (list.available() > 0) {
                    byte[] name = list.readNBytes(list.readUnsignedShort());
                    int width = list.readUnsignedShort();
                    int height = list.readUnsignedShort();
                    byte[] data = list.readNBytes(3 * width * height);
                    all.put(
                            new String(name, StandardCharsets.UTF_8),
                            new Pixels(width, height, data, Pixels.Order.RGB));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return all;
    }

    /** The largest difference of one channel of one pixel; sizes must be the same. */
    public static int difference(Pixels a, Pixels b) {
        int most = 0;
        for (int y = 0; y < a.height(); y++) {
            for (int x = 0; x < a.width(); x++) {
                for (int c = 0; c < Pixels.CHANNELS; c++) {
                    most = Math.max(most, Math.abs(a.get(x, y, c) - b.get(x, y, c)));
                }
            }
        }
        return most;
    }
}
