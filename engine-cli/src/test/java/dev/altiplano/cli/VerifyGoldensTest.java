package dev.altiplano.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import tools.jackson.databind.json.JsonMapper;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.regex.Pattern;

/** Verifying the goldens of engine-core passes, and no spoiled or incomplete one does. */
class VerifyGoldensTest {
    private static final Pattern ALL_PASSED =
            Pattern.compile("(prompt \\d+: .*: passed\n)+[1-9]\\d* passed, 0 failed\n");

    @TempDir private Path place = Path.of("");

    @ParameterizedTest
    @ValueSource(
            strings = {
                "scout",
                "maverick",
                "odd",
                "bias",
                "top2",
                "dense",
                "llama3_rope",
                "real_chunk",
                "vision56"
            })
    void everyGoldenIsRight(String name) {
        Run run = Run.of("verify", Goldens.golden(name).toString());

        assertThat(run.fine()).matches(ALL_PASSED);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "q_fbgemm",
                "q_fp8_block",
                "q_fp8_channel",
                "q_fp8_finegrained",
                "q_fp8_tensor",
                "q_int4",
                "q_int4_asym",
                "q_int8",
                "q_modelopt_fp8",
                "q_modelopt_nvfp4",
                "q_nvfp4"
            })
    void everyQuantisedGoldenIsRight(String name) {
        Run run = Run.of("verify", Goldens.goldenOrShared(name).toString());

        assertThat(run.fine()).matches(ALL_PASSED).contains(", weights 2/2");
    }

    /** Tiles of the published size, where the recordings lie beside the project. */
    @Test
    void picturesOfLargeTilesAreRight() {
        Run run = Run.of("verify", Goldens.goldenOrShared("vision336").toString());

        assertThat(run.fine())
                .matches(ALL_PASSED)
                .contains(
                        "1 picture of 1 tiles, pixels 100.00 % equal, tower ",
                        "2 pictures of 6 tiles");
    }

    @Test
    void aSpoiledTowerIsFoundInItsLayer() throws IOException {
        Goldens.copy(Goldens.golden("vision56"), place);
        flipSign(
                place.resolve("model.safetensors"),
                "vision_model.model.layers.1.input_layernorm.weight");

        Run run = Run.of("verify", place.toString());

        assertThat(run.code()).isEqualTo(ExitCode.FAILED);
        assertThat(run.out())
                .contains("FAILED: layer 2 of the tower differs", "prompt 1: 21 tokens, ")
                .containsPattern("prompt 1: .*: passed\n") // which shows no picture
                .doesNotContain("input of the tower differs", "layer 1 of the tower differs");
    }

    @Test
    void anotherPictureIsNoticed() throws IOException {
        Goldens.copy(Goldens.golden("vision56"), place);
        Files.copy(
                place.resolve("p4.png"),
                place.resolve("p0.png"),
                StandardCopyOption.REPLACE_EXISTING);

        Run run = Run.of("verify", place.toString());

        assertThat(run.code()).isEqualTo(ExitCode.FAILED);
        assertThat(run.out()).containsPattern("prompt 0: .*FAILED: ");
    }

    @Test
    void aSpoiledWeightIsFoundInItsLayer() throws IOException {
        Goldens.copy(Goldens.golden("odd"), place);
        flipSign(place.resolve("model.safetensors"), "model.layers.2.input_layernorm.weight");

        Run run = Run.of("verify", place.toString());

        assertThat(run.code()).isEqualTo(ExitCode.FAILED);
        assertThat(run.out())
                .contains("FAILED: layer 3 (") // layers count from 1, behind the embedding
                .doesNotContain("embedding differs", "layer 2 (")
                .doesNotEndWith(" 0 failed\n");
    }

    /** Flips the sign of the first BF16 element of a tensor. */
    private static void flipSign(Path file, String tensor) throws IOException {
        byte[] all = Files.readAllBytes(file);
        int headerSize = (int) ByteBuffer.wrap(all).order(ByteOrder.LITTLE_ENDIAN).getLong();
        String header = new String(all, 8, headerSize, StandardCharsets.UTF_8);
        int begin =
                JsonMapper.shared()
                        .readTree(header)
                        .path(tensor)
                        .path("data_offsets")
                        .path(0)
                        .asInt();
        all[8 + headerSize + begin + 1] ^= (byte) 0x80; // little endian: the sign comes last
        Files.write(file, all);
    }

    @Test
    void noPromptsAreNoPass() throws IOException {
        Goldens.copy(Goldens.golden("odd"), place);
        Files.writeString(place.resolve("expected.json"), "{\"prompts\": []}");

        Run run = Run.of("verify", place.toString());

        assertThat(run.failure(1)).contains("expected.json", "nothing to verify");
    }

    @Test
    void aPromptWithNothingRecordedFails() throws IOException {
        Goldens.copy(Goldens.golden("odd"), place);
        Files.writeString(place.resolve("expected.json"), "{\"prompts\": [{\"prompt\": 0}]}");
        rename("\"hidden.0.", "\"hidden_0.");
        rename("\"logits.0\"", "\"logits_0\"");

        Run run = Run.of("verify", place.toString());

        assertThat(run.code()).isEqualTo(ExitCode.FAILED);
        assertThat(run.out()).contains("FAILED: nothing is recorded").endsWith("1 failed\n");
    }

    @Test
    void aMissingLayerFails() throws IOException {
        Goldens.copy(Goldens.golden("odd"), place);
        rename("\"hidden.0.3\"", "\"hidden.0_3\"");

        Run run = Run.of("verify", place.toString());

        assertThat(run.code()).isEqualTo(ExitCode.FAILED);
        assertThat(run.out())
                .contains("FAILED: tensor 'hidden.0.3' is missing")
                .endsWith(" 1 failed\n");
    }

    /** Renames tensors in the recorded answers; a name keeps its length. */
    private void rename(String from, String to) throws IOException {
        Path file = place.resolve("expected.safetensors");
        String bytes = Files.readString(file, StandardCharsets.ISO_8859_1);
        Files.writeString(file, bytes.replace(from, to), StandardCharsets.ISO_8859_1);
    }
}
