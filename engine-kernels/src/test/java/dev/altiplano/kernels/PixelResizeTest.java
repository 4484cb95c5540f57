package dev.altiplano.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.altiplano.kernels.internal.KernelSets;
import dev.altiplano.kernels.internal.ScalarKernels;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.util.Arrays;
import java.util.SplittableRandom;

/** Resized pictures against the formula in double precision, at awkward sizes. */
class PixelResizeTest {
    private final SplittableRandom random =
            new SplittableRandom(Long.getLong("seed", System.nanoTime()));
    private final Workers workers = new Workers(2);

    @AfterEach
    void endThreads() {
        workers.close();
    }

    @ParameterizedTest
    @CsvSource({
        "1, 1, 1, 1",
        "1, 1, 7, 5",
        "7, 5, 1, 1",
        "16, 16, 15, 17",
        "40, 30, 40, 12",
        "40, 30, 13, 30",
        "33, 47, 33, 47",
        "200, 3, 56, 9",
        "3, 200, 9, 56",
        "301, 211, 56, 56",
        "97, 64, 336, 222",
        "1000, 700, 41, 29"
    })
    void agreesWithTheFormula(int width, int height, int newWidth, int newHeight) {
        byte[] from = picture(width, height);
        byte[] expected = formula(from, width, height, newWidth, newHeight);
        byte[] got = new byte[expected.length];
        PixelResize resize = new PixelResize(width, height, newWidth, newHeight);

        workers.run(w -> resize.apply(w, from, got, 3 * newWidth));

        // weights of 15 bits turn a few roundings, in each direction
        int different = 0;
        for (int i = 0; i < got.length; i++) {
            int difference = Math.abs((got[i] & 0xff) - (expected[i] & 0xff));
            assertThat(difference).as("byte " + i).isLessThanOrEqualTo(2);
            different += difference == 0 ? 0 : 1;
        }
        assertThat(different).isLessThanOrEqualTo(2 + got.length / 20);
    }

    @Test
    void aFlatPictureStaysFlat() {
        for (int value : new int[] {0, 1, 127, 254, 255}) {
            byte[] from = new byte[3 * 5000 * 3];
            Arrays.fill(from, (byte) value);
            byte[] got = new byte[3 * 7 * 2];
            PixelResize resize = new PixelResize(5000, 3, 7, 2);

            workers.run(w -> resize.apply(w, from, got, 21));

            assertThat(got).containsOnly(value);
        }
    }

    @Test
    void rowsMayLieApart() {
        byte[] from = picture(50, 40);
        byte[] dense = new byte[3 * 20 * 10];
        byte[] apart = new byte[9 * 100 + 60];
        PixelResize resize = new PixelResize(50, 40, 20, 10);

        workers.run(w -> resize.apply(w, from, dense, 60));
        workers.run(w -> resize.apply(w, from, apart, 100));

        for (int y = 0; y < 10; y++) {
            assertThat(Arrays.copyOfRange(apart, y * 100, y * 100 + 60))
                    .isEqualTo(Arrays.copyOfRange(dense, y * 60, y * 60 + 60));
        }
        assertThat(Arrays.copyOfRange(apart, 60, 100)).containsOnly(0);
    }

    @Test
    void threadsChangeNothing() {
        byte[] from = picture(400, 300);
        byte[] two = new byte[3 * 123 * 101];
        byte[] one = new byte[3 * 123 * 101];
        PixelResize resize = new PixelResize(400, 300, 123, 101);

        workers.run(w -> resize.apply(w, from, two, 369));
        try (Workers alone = new Workers(1)) {
            alone.run(w -> resize.apply(w, from, one, 369));
        }

        assertThat(two).isEqualTo(one);
    }

    @Test
    void vectorAndScalarKernelsAgree() {
        int width = 6 * KernelSets.BEST.lanes();
        byte[] columns = picture(width, 40);
        int[] weights = random.ints(30, 0, 1 << 12).toArray();
        for (int taps = 1; taps < 30; taps++) {
            int[] got = new int[width];
            int[] expected = new int[width];

            KernelSets.BEST.weighColumns(columns, width, weights, 1, taps, 14, got);
            ScalarKernels.weighColumns(columns, width, weights, 1, taps, 14, expected, width);

            assertThat(got).as("%d taps", taps).isEqualTo(expected);
        }
    }

    @Test
    void refusesSizesThatDoNotFit() {
        PixelResize resize = new PixelResize(10, 10, 5, 5);

        assertThatThrownBy(() -> workers.run(w -> resize.apply(w, new byte[299], new byte[75], 15)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "299 bytes to 75 bytes in rows of 15, expected 10 x 10 to 5 x 5 pixels");
        assertThatThrownBy(() -> new PixelResize(0, 10, 5, 5))
                .hasMessage("a picture of 0 x 10 pixels");
        assertThatThrownBy(() -> new PixelResize(60_000, 60_000, 5, 5))
                .hasMessage("a picture of 60000 x 60000 pixels");
    }

    private byte[] picture(int width, int height) {
        byte[] picture = new byte[3 * width * height];
        for (int i = 0; i < picture.length; i++) {
            int smooth = (int) (100 + 80 * Math.sin(i / 40.0));
            picture[i] = (byte) Math.clamp(smooth + random.nextInt(-60, 60), 0, 255);
        }
        return picture;
    }

    /** The triangle filter with weights in double precision, columns first, 8 bits between. */
    private static byte[] formula(byte[] from, int width, int height, int newWidth, int newHeight) {
        byte[] narrowed = new byte[3 * newWidth * height];
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < newWidth; x++) {
                for (int c = 0; c < 3; c++) {
                    narrowed[(y * newWidth + x) * 3 + c] =
                            sample(from, y * width * 3 + c, 3, width, newWidth, x);
                }
            }
        }
        byte[] result = new byte[3 * newWidth * newHeight];
        for (int y = 0; y < newHeight; y++) {
            for (int x = 0; x < 3 * newWidth; x++) {
                result[y * 3 * newWidth + x] =
                        sample(narrowed, x, 3 * newWidth, height, newHeight, y);
            }
        }
        return result;
    }

    private static byte sample(byte[] from, int start, int step, int size, int newSize, int o) {
        if (size == newSize) {
            return from[start + o * step];
        }
        double scale = (double) size / newSize;
        double reach = Math.max(scale, 1);
        double centre = (o + 0.5) * scale;
        double sum = 0;
        double weights = 0;
        for (int i = 0; i < size; i++) {
            double weight = Math.max(0, 1 - Math.abs(i - centre + 0.5) / reach);
            sum += weight * (from[start + i * step] & 0xff);
            weights += weight;
        }
        return (byte) Math.floor(sum / weights + 0.5);
    }
}
