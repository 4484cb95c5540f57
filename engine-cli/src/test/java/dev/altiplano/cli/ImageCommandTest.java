package dev.altiplano.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.altiplano.loader.SafetensorsFile;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

class ImageCommandTest {
    private static final Path MODEL = Goldens.golden("vision56");
    private static final ValueLayout.OfShort BF16 =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    @TempDir private Path place = Path.of("");

    @Test
    void writesTheReferencesPixels() {
        Path out = place.resolve("tiles.safetensors");

        Run.of("image", MODEL.toString(), MODEL.resolve("p0.png").toString(), "--out", out + "")
                .fine();

        try (SafetensorsFile got = SafetensorsFile.open(out);
                SafetensorsFile expected =
                        SafetensorsFile.open(MODEL.resolve("expected.safetensors"))) {
            assertThat(got.names()).containsExactlyInAnyOrder("pixel_values", "tiles");
            assertThat(got.tensor("pixel_values").shape()).isEqualTo(List.of(1L, 3L, 56L, 56L));
            assertThat(got.data("tiles").toArray(ValueLayout.JAVA_INT_UNALIGNED))
                    .containsExactly(1, 1);
            short[] stored = expected.data("pixel_values.0").toArray(BF16);
            float[] pixels = got.data("pixel_values").toArray(ValueLayout.JAVA_FLOAT_UNALIGNED);
            for (int i = 0; i < stored.length; i++) {
                assertThat(pixels[i]).isEqualTo(Float.intBitsToFloat(stored[i] << 16));
            }
        }
    }

    @Test
    void writesRowsAndColumnsOfTilesAndTheWholePictureLast() {
        Path out = place.resolve("tiles.safetensors");
        String file = MODEL.resolve("p3.png").toString();

        Run.of("image", MODEL.toString(), file, "--out", out.toString()).fine();

        try (SafetensorsFile got = SafetensorsFile.open(out)) {
            int[] tiles = got.data("tiles").toArray(ValueLayout.JAVA_INT_UNALIGNED);
            assertThat(tiles[0] * tiles[1]).isGreaterThan(1);
            assertThat(got.tensor("pixel_values").shape())
                    .isEqualTo(List.of((long) tiles[0] * tiles[1] + 1, 3L, 56L, 56L));
        }
    }

    @Test
    void saysInOneLineWhatIsWrongAndWritesNothing() throws IOException {
        String out = place.resolve("out").toString();
        Path text = Files.writeString(place.resolve("text.png"), "no picture");

        assertThat(Run.of("image", MODEL.toString(), "none.png", "--out", out).failure(1))
                .isEqualTo("none.png: does not exist");
        assertThat(Run.of("image", MODEL.toString(), text.toString(), "--out", out).failure(1))
                .startsWith(text + ": is no picture, expected a PNG, JPEG,");
        assertThat(Run.of("image", Demo.PATH, text.toString(), "--out", out).failure(1))
                .contains("this checkpoint has no image tower");
        assertThat(Run.of("image", MODEL.toString(), text.toString()).failure(2)).contains("--out");
        assertThat(Path.of(out)).doesNotExist();
    }
}
