package dev.altiplano.loader;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.altiplano.kernels.Matrix;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.nio.file.Path;
import java.util.Optional;

/** Folders that an independent implementation wrote. */
class GoldenFoldersTest {
    @Test
    void oddOpensWithItsRecordedWeights() {
        try (Checkpoint odd = Checkpoint.open(GoldenFolders.odd())) {
            TextWeights text = odd.text();
            MixtureWeights mixture = (MixtureWeights) text.layers().get(1).feedForward();
            Matrix gateUp = ((GateUp.Fused) mixture.experts().get(2).gateUp()).gateUp();

            // read from the file with Python's struct module
            assertThat(Weights.at(text.embedding(), 0, 0)).isEqualTo(-1.3359375f);
            assertThat(Weights.at(text.embedding(), 306, 59)).isEqualTo(0.15722656f);
            assertThat(Weights.at(text.head(), 1, 0)).isEqualTo(-0.14550781f);
            assertThat(Weights.at(text.norm(), 0, 59)).isEqualTo(1.0625f);
            assertThat(Weights.at(gateUp, 87, 59)).isEqualTo(-0.24707031f);
            assertThat(Weights.at(mixture.experts().get(1).down(), 7, 3)).isEqualTo(0.15234375f);
            assertThat(Weights.at(text.layers().get(4).attention().k(), 1, 1))
                    .isEqualTo(-0.017578125f);
        }
    }

    @Test
    void oddOpensWithItsConfiguration() {
        try (Checkpoint odd = Checkpoint.open(GoldenFolders.odd())) {
            Llama4Config config = odd.config();

            assertThat(config.headDim()).isEqualTo(20);
            assertThat(config.kvHeads()).isEqualTo(3);
            assertThat(config.chunkSize()).hasValue(16);
            assertThat(config.temperature()).isEqualTo(new AttentionTemperature(8, 0.1f));
            assertThat(config.rope())
                    .isEqualTo(
                            new RopeParameters(
                                    500_000, Optional.of(new Llama3Scaling(16, 1, 1, 8192))));
            assertThat(config.layers())
                    .containsExactly(
                            new LayerKind(true, true, false),
                            new LayerKind(true, true, true),
                            new LayerKind(true, true, false),
                            new LayerKind(false, false, true),
                            new LayerKind(true, true, false));
            assertThat(odd.generationDefaults().stopIds()).containsExactly(2);
            assertThat(odd.generationDefaults().sample()).isFalse();
            assertThat(odd.hasVision()).isFalse();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "goldens/scout, 5, 5, 1, false",
        "goldens/maverick, 8, 4, 10, false",
        "goldens/odd, 5, 2, 1, false",
        "goldens/bias, 4, 4, 1, false",
        "goldens/top2, 4, 4, 1, false",
        "goldens/dense, 5, 0, 1, false",
        "goldens/llama3_rope, 4, 4, 1, false",
        "goldens/real_chunk, 4, 2, 1, false",
        "goldens/vision56, 4, 2, 1, true",
        "goldens/vision336, 4, 2, 1, true",
        "demo/stories, 8, 4, 2, false"
    })
    void everyRecordedFolderOpens(
            String path, int layers, int mixtures, int shards, boolean vision) {
        try (Checkpoint checkpoint = Checkpoint.open(GoldenFolders.shared(path))) {
            assertThat(checkpoint.config().layers()).hasSize(layers);
            assertThat(checkpoint.text().layers())
                    .filteredOn(layer -> layer.feedForward() instanceof MixtureWeights)
                    .hasSize(mixtures);
            assertThat(checkpoint.tensors().stream().map(StoredTensor::file).distinct())
                    .hasSize(shards);
            assertThat(checkpoint.hasVision()).isEqualTo(vision);
            checkpoint.checkUnchanged();
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "q_fbgemm; fbgemm_fp8", "q_fp8_block; compressed-tensors",
                "q_fp8_channel; compressed-tensors", "q_fp8_finegrained; fp8",
                "q_fp8_tensor; compressed-tensors", "q_int4; compressed-tensors",
                "q_int4_asym; compressed-tensors", "q_int8; compressed-tensors",
                "q_modelopt_fp8; modelopt", "q_modelopt_nvfp4; modelopt",
                "q_nvfp4; compressed-tensors"
            })
    void everyQuantisedFolderIsRefusedByItsScheme(String name, String scheme) {
        Path folder = GoldenFolders.shared("goldens/" + name);

        assertThatThrownBy(() -> Checkpoint.open(folder))
                .isInstanceOf(CheckpointException.class)
                .hasMessageMatching("model.safetensors: tensor '.*' has dtype .*")
                .hasMessageContaining("(quantised by " + scheme)
                .hasMessageEndingWith("not supported yet)");
    }
}
