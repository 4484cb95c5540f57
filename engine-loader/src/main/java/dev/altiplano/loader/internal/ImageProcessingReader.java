package dev.altiplano.loader.internal;

import dev.altiplano.loader.CheckpointException;
import dev.altiplano.loader.ImageProcessing;
import dev.altiplano.loader.ImageTokens;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Reads {@code preprocessor_config.json} and {@code processor_config.json}; where a file or a field
 * is missing, the values of {@code Llama4ImageProcessor} and {@code Llama4Processor} in Hugging
 * Face transformers apply.
 */
final class ImageProcessingReader {
    private static final String IMAGES = "preprocessor_config.json";
    private static final String PROCESSOR = "processor_config.json";
    private static final int BILINEAR = 2;

    private ImageProcessingReader() {}

    /**
     * How the folder wants pictures prepared.
     *
     * @param tileSize what the tower takes
     * @throws CheckpointException if a file is broken, contradicts {@code tileSize}, or asks for
     *     what Llama 4's reference does not do
     */
    static ImageProcessing processing(Path folder, int tileSize) {
        Optional<Fields> found =
                file(folder, IMAGES)
                        .or(() ->
                                file(folder, PROCESSOR).flatMap(f -> f.object("image_processor")));
        if (found.isEmpty()) {
            return ImageProcessing.llama4(tileSize);
        }
        Fields fields = found.get();
        if (size(fields, tileSize) != tileSize) {
            throw fields.wrong(
                    "size",
                    Integer.toString(size(fields, tileSize)),
                    "%d, image_size of vision_config".formatted(tileSize));
        }
        if (fields.integer("resample", 0, BILINEAR) != BILINEAR) {
            throw fields.wrong("resample", "2 (bilinear)");
        }
        if (!fields.flag("do_resize", true)) {
            throw fields.wrong("do_resize", "true");
        }
        boolean normalised = fields.flag("do_normalize", true);
        ImageProcessing usual = ImageProcessing.llama4(tileSize);
        try {
            return new ImageProcessing(
                    tileSize,
                    fields.integer("max_patches", 1, usual.maxTiles()),
                    fields.flag("resize_to_max_canvas", false),
                    fields.flag("do_rescale", true)
                            ? fields.number("rescale_factor", usual.rescaleFactor())
                            : 1,
                    normalised ? channels(fields, "image_mean") : List.of(0.0, 0.0, 0.0),
                    normalised ? channels(fields, "image_std") : List.of(1.0, 1.0, 1.0));
        } catch (IllegalArgumentException e) {
            throw fields.wrong(e);
        }
    }

    private static Optional<Fields> file(Path folder, String name) {
        Path file = folder.resolve(name);
        return SmallFile.exists(file) ? Optional.of(Fields.read(file)) : Optional.empty();
    }

    /** An edge, or height and width, which are the same. */
    private static int size(Fields fields, int fallback) {
        if (!fields.isObject("size")) {
            return fields.hasValue("size") ? fields.integer("size", 1) : fallback;
        }
        Fields size = fields.object("size").orElseThrow();
        int height = size.integer("height", 1);
        if (size.integer("width", 1) != height) {
            throw size.wrong("width", "height, %d: tiles are square".formatted(height));
        }
        return height;
    }

    private static List<Double> channels(Fields fields, String name) {
        return fields.numbers(name).orElse(List.of(0.5, 0.5, 0.5));
    }

    /** The names of the special tokens around and between tiles. */
    static ImageTokens tokens(Path folder) {
        ImageTokens usual = ImageTokens.LLAMA4;
        Optional<Fields> found = file(folder, PROCESSOR);
        if (found.isEmpty()) {
            return usual;
        }
        Fields fields = found.get();
        return new ImageTokens(
                fields.text("fake_image_token").orElse(usual.placeholder()),
                fields.text("start_of_image_token").orElse(usual.start()),
                fields.text("end_of_image_token").orElse(usual.end()),
                fields.text("patch_token").orElse(usual.patch()),
                fields.text("tile_x_separator_token")
                        .or(() -> fields.text("tile_token"))
                        .orElse(usual.columnSeparator()),
                fields.text("tile_y_separator_token")
                        .or(() -> fields.text("tile_global_token"))
                        .orElse(usual.rowSeparator()));
    }
}
