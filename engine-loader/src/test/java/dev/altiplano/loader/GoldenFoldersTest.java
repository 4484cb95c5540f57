package dev.altiplano.loader;

import static org.assertj.core.api.Assertions.assertThat;

import dev.altiplano.kernels.Matrix;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Folders that an independent implementation wrote. */
class GoldenFoldersTest {
    private static final String PREFIX = "model.layers.1.feed_forward.";

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
    void everyQuantisedFolderOpensWithItsRecordedWeights(String name) {
        Path folder = GoldenFolders.shared("goldens/" + name);

        try (Checkpoint checkpoint = Checkpoint.open(folder);
                SafetensorsFile expected =
                        SafetensorsFile.open(folder.resolve("expected.safetensors"))) {
            MixtureWeights mixture =
                    (MixtureWeights) checkpoint.text().layers().get(1).feedForward();

            assertSame(
                    gateUpRows(mixture.experts().getFirst()),
                    rows(expected, PREFIX + "experts.gate_up_proj"));
            assertSame(
                    downRows(mixture.shared().down()),
                    rows(expected, PREFIX + "shared_expert.down_proj.weight"));
        }
    }

    /** Equal numbers; the recorded ones have a negative zero where whole codes have none. */
    private static void assertSame(float[] actual, float[] expected) {
        assertThat(actual).hasSameSizeAs(expected);
        for (int i = 0; i < actual.length; i++) {
            assertThat(actual[i] + 0f).as("index %d", i).isEqualTo(expected[i] + 0f);
        }
    }

    private static float[] rows(SafetensorsFile expected, String name) {
        return expected.data("dequantised." + name)
                .toArray(ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN));
    }

    /** The first four inputs of both projections, gate before up, as the fused layout has them. */
    private static float[] gateUpRows(DenseWeights expert) {
        List<Matrix> parts =
                switch (expert.gateUp()) {
                    case GateUp.Fused(Matrix gateUp) -> List.of(gateUp);
                    case GateUp.Split(Matrix gate, Matrix up) -> List.of(gate, up);
                };
        int width = parts.stream().mapToInt(Matrix::outputs).sum();
        float[] rows = new float[4 * width];
        int at = 0;
        for (int i = 0; i < 4; i++) {
            for (Matrix part : parts) {
                for (int o = 0; o < part.outputs(); o++) {
                    rows[at++] = part.weight(o, i);
                }
            }
        }
        return rows;
    }

    /** The first four outputs. */
    private static float[] downRows(Matrix down) {
        float[] rows = new float[4 * down.inputs()];
        for (int i = 0; i < rows.length; i++) {
            rows[i] = down.weight(i / down.inputs(), i % down.inputs());
        }
        return rows;
    }
}
