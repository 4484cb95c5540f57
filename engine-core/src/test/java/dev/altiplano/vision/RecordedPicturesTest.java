package dev.altiplano.vision;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.altiplano.kernels.Workers;
import dev.altiplano.loader.ImageProcessing;
import dev.altiplano.loader.SafetensorsFile;
import dev.altiplano.loader.StoredTensor;
import dev.altiplano.vision.image.ImageFault;
import dev.altiplano.vision.image.ImageFile;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Every number of every tile against the reference's image processor, for both tile sizes, where
 * the recordings lie beside the project; the smaller {@code TiledImageTest} always runs.
 */
class RecordedPicturesTest {
    private static final Path RECORDED = Path.of("../../shared/goldens/images");
    private static final ValueLayout.OfShort SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final float LEVEL = 1 / 127.5f;

    private final Workers workers = new Workers(2);

    @AfterEach
    void endThreads() {
        workers.close();
    }

    @ParameterizedTest
    @CsvSource({
        "square.png, 1, 1, 4, 4", "small.png, 1, 1, 1, 1", "dot.png, 1, 1, 1, 1",
        "wide.png, 1, 3, 2, 6", "tall.png, 3, 1, 6, 2", "photo.png, 3, 4, 3, 4",
        "strip.png, 1, 12, 1, 16", "column.png, 9, 1, 16, 1", "big.jpg, 4, 4, 4, 4",
        "grey.png, 2, 2, 4, 4", "alpha.png, 2, 2, 4, 4", "palette.png, 2, 2, 4, 4",
        "jpeg.jpg, 2, 2, 3, 4"
    })
    void everyTileIsAsRecorded(String name, int high336, int wide336, int high56, int wide56)
            throws IOException, ImageFault {
        assumeTrue(Files.isDirectory(RECORDED), "no recordings at " + RECORDED);
        byte[] file = Files.readAllBytes(RECORDED.resolve(name));

        assertTiles(name, file, 336, List.of(high336, wide336));
        assertTiles(name, file, 56, List.of(high56, wide56));
    }

    private void assertTiles(String name, byte[] file, int size, List<Integer> grid)
            throws ImageFault {
        TiledImage tiled =
                TiledImage.of(
                        ImageFile.decode(file, 1 << 26),
                        ImageProcessing.llama4(size),
                        workers::run);
        String tensorName = name.substring(0, name.indexOf('.')) + "." + size;
        try (SafetensorsFile expected =
                SafetensorsFile.open(RECORDED.resolve("expected.safetensors"))) {
            StoredTensor tensor = expected.tensor(tensorName);
            short[] stored = expected.data(tensorName).toArray(SHORT);
            int edge = Math.toIntExact(tensor.shape().getLast());

            assertThat(List.of(tiled.grid().high(), tiled.grid().wide())).isEqualTo(grid);
            assertThat((long) tiled.tiles()).isEqualTo(tensor.shape().getFirst());
            Difference difference = new Difference();
            for (int i = 0; i < tiled.tiles(); i++) {
                difference.add(tiled.pixelValues(i), size, stored, i * 3 * edge * edge, edge);
            }
            System.out.println(tensorName + ": " + difference);
            boolean jpeg = name.endsWith(".jpg");
            assertThat(difference.largest).isLessThanOrEqualTo((jpeg ? 3.5f : 1.5f) * LEVEL);
            if (!jpeg) {
                assertThat(difference.shareEqual()).isGreaterThanOrEqualTo(0.99);
            }
        }
    }

    private static final class Difference {
        private float largest;
        private int equal;
        private int count;

        /** Every seventh pixel from the third on is stored of large tiles, every one of small. */
        void add(float[] got, int size, short[] stored, int from, int edge) {
            int step = size == edge ? 1 : 7;
            int first = size == edge ? 0 : 3;
            for (int c = 0; c < 3; c++) {
                for (int y = 0; y < edge; y++) {
                    for (int x = 0; x < edge; x++) {
                        int row = (c * size + first + step * y) * size;
                        float expected =
                                Float.intBitsToFloat(
                                        stored[from + (c * edge + y) * edge + x] << 16);
                        float difference = Math.abs(got[row + first + step * x] - expected);
                        largest = Math.max(largest, difference);
                        equal += difference == 0 ? 1 : 0;
                        count++;
                    }
                }
            }
        }

        double shareEqual() {
            return (double) equal / count;
        }

        @Override
        public String toString() {
            return "equal %.4f, largest %.2f levels".formatted(shareEqual(), largest / LEVEL);
        }
    }
}
