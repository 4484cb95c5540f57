package dev.altiplano.vision;

import static org.assertj.core.api.Assertions.assertThat;

import dev.altiplano.kernels.Workers;
import dev.altiplano.loader.ImageProcessing;
import dev.altiplano.vision.image.Pixels;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.util.Arrays;
import java.util.List;

/** Where pixels end up and which numbers they become; without resizing all of it is exact. */
class TiledImageTest {
    private static final int SIZE = 8;
    private static final int[][] COLOURS = {{255, 0, 0}, {0, 255, 0}, {0, 0, 255}, {255, 255, 255}};

    private final Workers workers = new Workers(2);

    @AfterEach
    void endThreads() {
        workers.close();
    }

    private TiledImage tiled(Pixels picture) {
        return TiledImage.of(picture, ImageProcessing.llama4(SIZE), workers::run);
    }

    /** Four squares: red, green, blue and white. */
    private static Pixels squares(Pixels.Order order) {
        byte[] data = new byte[4 * SIZE * SIZE * Pixels.CHANNELS];
        Pixels picture = new Pixels(2 * SIZE, 2 * SIZE, data, order);
        for (int y = 0; y < 2 * SIZE; y++) {
            for (int x = 0; x < 2 * SIZE; x++) {
                int[] colour = COLOURS[y / SIZE * 2 + x / SIZE];
                for (int c = 0; c < Pixels.CHANNELS; c++) {
                    data[picture.at(x, y) + order.offset(c)] = (byte) colour[c];
                }
            }
        }
        return picture;
    }

    @ParameterizedTest
    @EnumSource
    void tilesComeRowByRow(Pixels.Order order) {
        TiledImage tiled = tiled(squares(order));

        assertThat(List.of(tiled.grid().high(), tiled.grid().wide())).isEqualTo(List.of(2, 2));
        assertThat(tiled.tiles()).isEqualTo(5);
        for (int tile = 0; tile < 4; tile++) {
            float[] values = tiled.pixelValues(tile);
            for (int i = 0; i < values.length; i++) {
                int channel = i / (SIZE * SIZE);
                assertThat(values[i])
                        .as("tile %d, number %d", tile, i)
                        .isEqualTo(COLOURS[tile][channel] == 255 ? 1f : -1f);
            }
        }
    }

    @Test
    void theWholePictureComesLast() {
        float[] whole = tiled(squares(Pixels.Order.RGB)).pixelValues(4);

        int last = SIZE * SIZE - 1;
        assertThat(whole[0]).as("red, upper left").isEqualTo(1);
        assertThat(whole[SIZE - 1]).as("red, upper right").isEqualTo(-1);
        assertThat(whole[last]).as("red, lower right").isEqualTo(1);
        assertThat(whole[SIZE * SIZE]).as("green, upper left").isEqualTo(-1);
        assertThat(whole[SIZE * SIZE + SIZE - 1]).as("green, upper right").isEqualTo(1);
        assertThat(whole[2 * SIZE * SIZE + last - SIZE + 1]).as("blue, lower left").isEqualTo(1);
    }

    @Test
    void whatThePictureDoesNotCoverIsBlack() {
        byte[] white = new byte[12 * 6 * Pixels.CHANNELS];
        Arrays.fill(white, (byte) 255);

        TiledImage tiled = tiled(new Pixels(12, 6, white, Pixels.Order.RGB));

        assertThat(List.of(tiled.grid().high(), tiled.grid().wide())).isEqualTo(List.of(1, 2));
        float[] right = tiled.pixelValues(1);
        for (int y = 0; y < SIZE; y++) {
            for (int x = 0; x < SIZE; x++) {
                boolean inside = SIZE + x < 12 && y < 6; // it is not enlarged
                assertThat(right[y * SIZE + x]).as("%d, %d", x, y).isEqualTo(inside ? 1f : -1f);
            }
        }
    }

    /** {@code (x / 255 - 0.5) / 0.5}, every step rounded to BF16. */
    @Test
    void greysAreRoundedAsTheReferenceDoes() {
        byte[] greys = new byte[SIZE * SIZE * Pixels.CHANNELS];
        for (int i = 0; i < SIZE * SIZE; i++) {
            for (int c = 0; c < Pixels.CHANNELS; c++) {
                greys[i * Pixels.CHANNELS + c] = (byte) (4 * i);
            }
        }

        float[] values = tiled(new Pixels(SIZE, SIZE, greys, Pixels.Order.RGB)).pixelValues(0);

        assertThat(values[0]).isEqualTo(-1);
        // 128 / 255 = 0.50196 lies between 0.5 and 0.50390625 in BF16, nearer to the latter
        assertThat(values[32]).isEqualTo(2 * 0.00390625f);
        // 252 / 255 = 0.98824 becomes 0.98828, which leaves 0.48828
        assertThat(values[63]).isEqualTo(0.9765625f);
    }
}
