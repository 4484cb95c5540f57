package dev.altiplano;

import dev.altiplano.vision.image.ImageFile;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Objects;

/** One part of a message. */
public sealed interface Content permits Content.Text, Image {
    /** A text part. */
    static Content text(String text) {
        return new Text(text);
    }

    /**
     * A picture in a file: PNG, JPEG, GIF (first frame), BMP, WebP or TIFF (first page). The file
     * is read when the request is made, and once for all turns of a session.
     */
    static Image image(Path file) {
        return Image.of(file);
    }

    /** A picture in a file that was read already; the bytes are copied. */
    static Image image(byte[] file) {
        return Image.of(file.clone());
    }

    /**
     * A picture in a file that is read from a stream, now and to its end; the stream stays open.
     *
     * @throws IOException if it cannot be read, or has more than {@link ImageLimits#defaults} allow
     */
    static Image image(InputStream file) throws IOException {
        return Image.of(file);
    }

    /** A picture that a program has drawn or decoded; its pixels are copied. */
    static Image image(BufferedImage picture) {
        return Image.of(ImageFile.of(picture));
    }

    /**
     * Words. Special tokens that occur in them stay words.
     *
     * @param text any string
     */
    record Text(String text) implements Content {
        /** Refuses null. */
        public Text {
            Objects.requireNonNull(text, "text");
        }
    }
}
