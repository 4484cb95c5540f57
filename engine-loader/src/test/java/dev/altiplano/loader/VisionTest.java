package dev.altiplano.loader;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.file.Path;
import java.util.List;

/** The image tower of a folder is read by role, and every contradiction is answered. */
class VisionTest {
    private static final String PREPROCESSOR = "preprocessor_config.json";

    @TempDir private Path place = Path.of("");

    private Vision open(TinyVision tiny) {
        Path folder = tiny.folder.write();
        try (Checkpoint checkpoint = Checkpoint.open(folder)) {
            return checkpoint.vision().orElseThrow();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "model."})
    void readsEveryWeightByItsRole(String outer) {
        Vision vision = open(TinyVision.in(place, outer));

        assertThat(vision.config().headDim()).isEqualTo(4);
        assertThat(vision.config().tokensPerTile()).isEqualTo(4);
        assertThat(vision.config().patchTokenId()).isEqualTo(9);
        assertThat(vision.weights().layers()).hasSize(2);
        assertThat(vision.weights().positionEmbedding().outputs()).isEqualTo(17);
        assertThat(vision.weights().projector().outputs()).isEqualTo(TinyFolder.HIDDEN);
        assertThat(vision.tokens()).isEqualTo(ImageTokens.LLAMA4);
        assertThat(vision.processing()).isEqualTo(ImageProcessing.llama4(8));
    }

    @Test
    void frequenciesFollowTheBase() {
        Vision vision = open(TinyVision.in(place));

        // one pair for the column and one for the row: exponent 0
        assertThat(vision.config().frequencies()).containsExactly(1);
    }

    @Test
    void readsThePreprocessor() {
        TinyVision tiny = TinyVision.in(place);
        tiny.folder.writeText(
                PREPROCESSOR,
                """
                {"size": {"height": 8, "width": 8}, "max_patches": 4, "image_mean": [0.1, 0.2, 0.3],
                 "image_std": [1, 2, 3], "rescale_factor": 0.5, "resize_to_max_canvas": true}
                """);

        assertThat(open(tiny).processing())
                .isEqualTo(
                        new ImageProcessing(
                                8, 4, true, 0.5, List.of(0.1, 0.2, 0.3), List.of(1., 2., 3.)));
    }

    @Test
    void readsANewerPreprocessorInsideTheProcessor() {
        TinyVision tiny = TinyVision.in(place);
        tiny.folder.writeText(
                "processor_config.json",
                """
                {"image_processor": {"size": {"height": 8, "width": 8}, "max_patches": 3},
                 "tile_x_separator_token": "<x>", "tile_global_token": "<y>"}
                """);

        Vision vision = open(tiny);

        assertThat(vision.processing().maxTiles()).isEqualTo(3);
        assertThat(vision.tokens().columnSeparator()).isEqualTo("<x>");
        assertThat(vision.tokens().rowSeparator()).isEqualTo("<y>");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "{\"size\": {\"height\": 8, \"width\": 4}}; size.width is 4, expected height, 8",
                "{\"size\": {\"height\": 16, \"width\": 16}}; size is 16, expected 8, image_size",
                "{\"resample\": 3}; resample is 3, expected 2 (bilinear)",
                "{\"max_patches\": 0}; max_patches is 0, expected an integer from 1",
                "{\"max_patches\": 1000000}; max_patches is 1000000, expected 1 to 256",
                "{\"image_std\": [1, 0, 1]}; image_std is [1.0, 0.0, 1.0], expected no 0",
                "{\"image_mean\": [1]}; image_mean has 1 numbers, expected 3",
                "{\"rescale_factor\": -1}; rescale_factor is -1.0, expected a number above 0",
                "[1]; holds a list, expected an object"
            })
    void refusesAPreprocessorThatCannotBe(String json, String message) {
        TinyVision tiny = TinyVision.in(place);
        tiny.folder.writeText(PREPROCESSOR, json);

        assertThatThrownBy(() -> open(tiny))
                .isInstanceOf(CheckpointException.class)
                .hasMessageStartingWith(PREPROCESSOR + ": ")
                .hasMessageContaining(message);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "hidden_size; 6; hidden_size is 6, expected a multiple of 4 * num_attention_heads,"
                        + " 8",
                "image_size; 9; image_size is 9, expected a multiple of patch_size, 2",
                "image_size; 100000; image_size is 100000, expected 1 to 4096",
                "image_size; 4096; patches of a tile (image_size / patch_size)^2 is 4194304",
                "intermediate_size; 16; intermediate_size is 16, expected hidden_size",
                "patch_size; 16; patch_size is 16, expected 1 to 8",
                "num_channels; 4; num_channels is 4, expected 3",
                "vision_output_dim; 6; vision_output_dim is 6, expected projector_input_dim, 5",
                "rope_theta; 0; rope_theta is 0.0, expected a number above 0"
            })
    void refusesATowerThatCannotBe(String field, int value, String message) {
        TinyVision tiny = TinyVision.in(place);
        tiny.config.put(field, value);

        assertThatThrownBy(() -> open(tiny))
                .isInstanceOf(CheckpointException.class)
                .hasMessageStartingWith("config.json: vision_config." + message);
    }

    @Test
    void refusesARatioThatIsNoFraction() {
        TinyVision tiny = TinyVision.in(place);
        tiny.config.put("pixel_shuffle_ratio", 0.3);

        assertThatThrownBy(() -> open(tiny))
                .hasMessageContaining("pixel_shuffle_ratio is 0.3, expected 1 divided by");
    }

    @Test
    void refusesAPatchTokenOutsideTheVocabulary() {
        TinyVision tiny = TinyVision.in(place);
        tiny.folder.config.put("image_token_index", 11);

        assertThatThrownBy(() -> open(tiny))
                .hasMessageContaining("image_token_index is 11, expected less than vocab_size 11");
    }

    @Test
    void refusesAMissingAWrongAndAnUnknownTensor() {
        TinyVision missing = TinyVision.in(place.resolve("missing"));
        missing.folder.remove("vision_model.model.layers.1.mlp.fc2.bias");
        TinyVision wrong = TinyVision.in(place.resolve("wrong"));
        wrong.folder.add("vision_model.positional_embedding_vlm", 16, TinyVision.WIDTH);
        TinyVision unknown = TinyVision.in(place.resolve("unknown"));
        unknown.folder.add("vision_model.model.layers.2.mlp.fc2.bias", TinyVision.WIDTH);

        assertThatThrownBy(() -> open(missing))
                .hasMessageContaining(
                        "tensor 'vision_model.model.layers.1.mlp.fc2.bias' is missing");
        assertThatThrownBy(() -> open(wrong))
                .hasMessageContaining("has shape [16, 8], expected [17, 8] (patches + 1, vision");
        assertThatThrownBy(() -> open(unknown))
                .hasMessageContaining("layers.2.mlp.fc2.bias' (BF16 [8]) is not part of the image");
    }

    @Test
    void aTowerBesideATextModelIsLeftAlone() {
        TinyFolder tiny = TinyFolder.in(place);
        tiny.add("vision_model.class_embedding", 7).write();

        try (Checkpoint checkpoint = Checkpoint.open(place)) {
            assertThat(checkpoint.hasVision()).isTrue();
            assertThat(checkpoint.vision()).isEmpty();
        }
    }
}
