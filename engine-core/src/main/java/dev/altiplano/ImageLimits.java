package dev.altiplano;

/**
 * What a model takes of pictures at most; checked before memory is taken for them.
 *
 * @param bytes of one file
 * @param pixels of one picture, of up to 4 bytes each; a side has at most 65 535
 * @param pictures in one request, those of earlier turns not counted
 */
public record ImageLimits(long bytes, long pixels, int pictures) {
    private static final ImageLimits DEFAULTS = new ImageLimits(64 << 20, 64 << 20, 32);
    static final long MOST_BYTES = Integer.MAX_VALUE - 1024;
    private static final long MOST_PIXELS = MOST_BYTES / 4;

    /** Checks the ranges: arrays hold no more. */
    public ImageLimits {
        require("bytes", bytes, MOST_BYTES);
        require("pixels", pixels, MOST_PIXELS);
        require("pictures", pictures, 10_000);
    }

    private static void require(String name, long value, long most) {
        if (value < 1 || value > most) {
            throw new IllegalArgumentException(
                    "limit of %s is %d, expected 1 to %d".formatted(name, value, most));
        }
    }

    /** 64 MiB, 67 million pixels, 32 pictures. */
    public static ImageLimits defaults() {
        return DEFAULTS;
    }
}
