package dev.altiplano.vision;

import static org.assertj.core.api.Assertions.assertThat;

import dev.altiplano.loader.ImageProcessing;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.util.List;

/** Canvases and sizes as the reference chooses them. */
class TileGridTest {
    private static final ImageProcessing LLAMA_4 = ImageProcessing.llama4(336);

    /** Computed by running {@code Llama4ImageProcessorFast}'s rules. */
    @ParameterizedTest
    @CsvSource({
        "100, 100, 1, 1, 336, 336",
        "336, 336, 1, 1, 336, 336",
        "1, 1, 1, 1, 336, 336",
        "336, 337, 1, 2, 336, 337",
        "337, 336, 2, 1, 337, 336",
        "480, 640, 2, 2, 480, 640",
        "500, 500, 2, 2, 500, 500",
        "672, 672, 2, 2, 672, 672",
        "768, 1024, 3, 4, 768, 1024",
        "1080, 1920, 3, 5, 945, 1680",
        "1920, 1080, 5, 3, 1680, 945",
        "1344, 1344, 4, 4, 1344, 1344",
        "1345, 1345, 4, 4, 1344, 1344",
        "3000, 4000, 3, 4, 1008, 1344",
        "200, 2000, 1, 6, 200, 2000",
        "50, 5000, 1, 15, 50, 5000",
        "4163, 4163, 4, 4, 1344, 1343", // one pixel less, because factors are FP32
        "3048, 1397, 5, 3, 1680, 769"
    })
    void choosesCanvasAndSize(
            int height, int width, int high, int wide, int newHeight, int newWidth) {
        assertThat(TileGrid.of(height, width, LLAMA_4))
                .isEqualTo(new TileGrid(high, wide, newHeight, newWidth));
    }

    @ParameterizedTest
    @CsvSource({"65535, 1", "1, 65535", "65535, 65535", "2, 40000"})
    void extremeSizesStayOnACanvas(int height, int width) {
        TileGrid grid = TileGrid.of(height, width, LLAMA_4);

        assertThat(grid.high() * grid.wide()).isBetween(1, 16);
        assertThat(grid.height()).isBetween(1, grid.high() * 336);
        assertThat(grid.width()).isBetween(1, grid.wide() * 336);
    }

    @ParameterizedTest
    @CsvSource({
        "100, 100, 4, 4, 1344, 1344",
        "100, 200, 3, 5, 839, 1680",
        "3000, 100, 16, 1, 5376, 179"
    })
    void enlargesToTheLargestCanvasWhenTheFolderSaysSo(
            int height, int width, int high, int wide, int newHeight, int newWidth) {
        ImageProcessing enlarging =
                new ImageProcessing(
                        336, 16, true, 1 / 255.0, List.of(0.5, 0.5, 0.5), List.of(0.5, 0.5, 0.5));

        assertThat(TileGrid.of(height, width, enlarging))
                .isEqualTo(new TileGrid(high, wide, newHeight, newWidth));
    }

    @ParameterizedTest
    @CsvSource({"1, 1, 147", "1, 2, 437", "2, 1, 437", "2, 2, 727", "3, 4, 1887", "4, 4, 2467"})
    void countsTheTilesOfTheReferencesTokens(int high, int wide, int tokens) {
        TileGrid grid = new TileGrid(high, wide, 1, 1);
        int separators = grid.tiles() == 1 ? 0 : high * wide;

        assertThat(144 * grid.tiles() + separators + 3).isEqualTo(tokens);
    }
}
