package dev.altiplano.loader;

import java.util.List;

/**
 * How a picture becomes tiles, as {@code preprocessor_config.json} says.
 *
 * @param tileSize edge of a tile in pixels, {@code size}
 * @param maxTiles most tiles of a picture without the one of the whole, {@code max_patches}
 * @param resizeToMaxCanvas enlarge to the largest canvas, {@code resize_to_max_canvas}
 * @param rescaleFactor what 8-bit values are multiplied by, {@code rescale_factor}; 1 without
 *     {@code do_rescale}
 * @param mean subtracted per channel, {@code image_mean}; 0 without {@code do_normalize}
 * @param deviation divided by per channel, {@code image_std}; 1 without {@code do_normalize}
 */
public record ImageProcessing(
        int tileSize,
        int maxTiles,
        boolean resizeToMaxCanvas,
        double rescaleFactor,
        List<Double> mean,
        List<Double> deviation) {
    private static final int MOST_TILES = 256; // Llama 4 has 16; each costs a pass of the tower

    /** Checks the numbers. */
    public ImageProcessing {
        mean = List.copyOf(mean);
        deviation = List.copyOf(deviation);
        if (tileSize < 1) {
            throw new IllegalArgumentException(
                    "size is %d, expected 1 or more".formatted(tileSize));
        }
        if (maxTiles < 1 || maxTiles > MOST_TILES) {
            throw new IllegalArgumentException(
                    "max_patches is %d, expected 1 to %d".formatted(maxTiles, MOST_TILES));
        }
        if (!(rescaleFactor > 0)) {
            throw new IllegalArgumentException(
                    "rescale_factor is %s, expected a number above 0".formatted(rescaleFactor));
        }
        requireChannels("image_mean", mean);
        requireChannels("image_std", deviation);
        if (deviation.stream().anyMatch(value -> value == 0)) {
            throw new IllegalArgumentException(
                    "image_std is %s, expected no 0".formatted(deviation));
        }
    }

    private static void requireChannels(String name, List<Double> values) {
        if (values.size() != VisionConfig.CHANNELS) {
            throw new IllegalArgumentException(
                    "%s has %d numbers, expected %d"
                            .formatted(name, values.size(), VisionConfig.CHANNELS));
        }
    }

    /** What the published folders say. */
    public static ImageProcessing llama4(int tileSize) {
        List<Double> half = List.of(0.5, 0.5, 0.5);
        return new ImageProcessing(tileSize, 16, false, 1 / 255.0, half, half);
    }
}
