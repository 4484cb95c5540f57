package dev.altiplano.loader;

/**
 * Names of the special tokens that stand around and between the tiles of a picture, as {@code
 * processor_config.json} says.
 *
 * @param placeholder what chat templates print for a picture, and what stands before the tile of
 *     the whole
 * @param start begins a picture
 * @param end ends it
 * @param patch stands for one feature
 * @param columnSeparator between two tiles of a row
 * @param rowSeparator after each row, the last one too
 */
public record ImageTokens(
        String placeholder,
        String start,
        String end,
        String patch,
        String columnSeparator,
        String rowSeparator) {
    /** Llama 4's own names. */
    public static final ImageTokens LLAMA4 =
            new ImageTokens(
                    "<|image|>",
                    "<|image_start|>",
                    "<|image_end|>",
                    "<|patch|>",
                    "<|tile_x_separator|>",
                    "<|tile_y_separator|>");
}
