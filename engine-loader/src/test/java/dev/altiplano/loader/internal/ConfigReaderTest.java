package dev.altiplano.loader.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.altiplano.loader.AttentionTemperature;
import dev.altiplano.loader.CheckpointException;
import dev.altiplano.loader.LayerKind;
import dev.altiplano.loader.Llama3Scaling;
import dev.altiplano.loader.Llama4Config;
import dev.altiplano.loader.RopeParameters;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Predicate;
import java.util.stream.IntStream;

class ConfigReaderTest {
    private static final Llama3Scaling SCOUT = new Llama3Scaling(16, 1, 1, 8192);
    private static final String SCOUT_KEYS =
            """
            "factor": 16.0, "low_freq_factor": 1.0, "high_freq_factor": 1.0,
            "original_max_position_embeddings": 8192\
            """;

    @TempDir Path folder;

    /** A {@code llama4_text} file with these fields beside the type; the rest are defaults. */
    private Llama4Config text(String fields) {
        String comma = fields.isBlank() ? "" : ",";
        return file("{\"model_type\": \"llama4_text\"%s %s}".formatted(comma, fields)).text();
    }

    private Configuration file(String json) {
        try {
            Files.writeString(folder.resolve("config.json"), json);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return ConfigReader.read(folder);
    }

    private static List<Integer> layersWhere(Llama4Config config, Predicate<LayerKind> fact) {
        return IntStream.range(0, config.layers().size())
                .filter(i -> fact.test(config.layers().get(i)))
                .boxed()
                .toList();
    }

    private static List<Integer> everyFourthOf(int layers) {
        return IntStream.range(0, layers).filter(i -> i % 4 == 3).boxed().toList();
    }

    @Test
    void fillsInTheDefaultsOfTheReference() {
        Llama4Config config = text("");

        assertThat(config.vocabularySize()).isEqualTo(202_048);
        assertThat(config.hiddenSize()).isEqualTo(5120);
        assertThat(config.heads()).isEqualTo(40);
        assertThat(config.kvHeads()).isEqualTo(8);
        assertThat(config.headDim()).isEqualTo(128);
        assertThat(config.expertWidth()).isEqualTo(8192);
        assertThat(config.denseWidth()).isEqualTo(16_384);
        assertThat(config.experts()).isEqualTo(16);
        assertThat(config.expertsPerToken()).isEqualTo(1);
        assertThat(config.chunkSize()).hasValue(8192);
        assertThat(config.maxPositions()).isEqualTo(131_072);
        assertThat(config.normEpsilon()).isEqualTo(1e-5f);
        assertThat(config.qkNorm()).isTrue();
        assertThat(config.attentionBias()).isFalse();
        assertThat(config.tiedHead()).isFalse();
        assertThat(config.rope()).isEqualTo(new RopeParameters(500_000, Optional.empty()));
        assertThat(config.temperature()).isEqualTo(new AttentionTemperature(8192, 0.1f));
        assertThat(config.layers()).hasSize(48).allMatch(LayerKind::mixture);
        assertThat(layersWhere(config, kind -> !kind.rotary())).isEqualTo(everyFourthOf(48));
        assertThat(layersWhere(config, kind -> !kind.chunked())).isEqualTo(everyFourthOf(48));
        assertThat(config.specialIds().bos()).hasValue(1);
        assertThat(config.specialIds().eos()).containsExactly(2);
        assertThat(config.specialIds().pad()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"model_type\": \"llama4\"}",
                "{\"model_type\": \"llama4\", \"text_config\": null}",
                "{\"model_type\": \"llama4\", \"text_config\": {}}",
                "{\"architectures\": [\"Llama4ForConditionalGeneration\"], \"text_config\": {}}",
                "{\"architectures\": [\"Llama4ForCausalLM\"]}"
            })
    void aMissingTextConfigMeansDefaults(String json) {
        assertThat(file(json).text()).isEqualTo(text(""));
    }

    @Test
    void readsNestedFields() {
        Configuration nested =
                file(
                        """
                        {"model_type": "llama4", "hidden_size": 1, "tie_word_embeddings": true,
                         "text_config": {"model_type": "llama4_text", "hidden_size": 640,
                                         "num_attention_heads": 8}}
                        """);

        assertThat(nested.text().hiddenSize()).isEqualTo(640);
        assertThat(nested.text().tiedHead()).as("flag of the outer object").isTrue();
    }

    @Test
    void theFlagInsideTextConfigWins() {
        Configuration nested =
                file(
                        """
                        {"model_type": "llama4", "tie_word_embeddings": true,
                         "text_config": {"tie_word_embeddings": false}}
                        """);

        assertThat(nested.text().tiedHead()).isFalse();
    }

    @Test
    void readsTheSpecialIdsOfTheOuterObject() {
        Configuration nested =
                file(
                        """
                        {"model_type": "llama4", "bos_token_id": 5, "eos_token_id": [6, 7],
                         "pad_token_id": -1, "text_config": {}}
                        """);

        assertThat(nested.text().specialIds().bos()).hasValue(5);
        assertThat(nested.text().specialIds().eos()).containsExactly(6, 7);
        assertThat(nested.text().specialIds().pad()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"rope_theta\": 500000.0, \"rope_scaling\": {\"rope_type\": \"llama3\", KEYS}",
                "\"rope_theta\": 500000, \"rope_scaling\": {\"type\": \"llama3\", KEYS}",
                "\"rope_scaling\": {\"rope_type\": \"llama3\", KEYS}",
                "\"rope_parameters\": {\"rope_type\": \"llama3\", \"rope_theta\": 5e5, KEYS}",
                "\"rope_parameters\": {\"rope_type\": \"llama3\", KEYS}",
                "\"rope_scaling\": null, \"rope_parameters\": {\"type\": \"llama3\", KEYS}",
                "\"rope_scaling\": {}, \"rope_parameters\": {\"type\": \"llama3\", KEYS}"
            })
    void readsScalingInEachSpelling(String fields) {
        Llama4Config config = text(fields.replace("KEYS", SCOUT_KEYS));

        assertThat(config.rope()).isEqualTo(new RopeParameters(500_000, Optional.of(SCOUT)));
    }

    @Test
    void theOldSpellingOfTheRotationWinsOverTheNew() {
        Llama4Config config =
                text(
                        """
                        "rope_theta": 7, "rope_scaling": {"rope_type": "llama3", %s},
                        "rope_parameters": {"rope_type": "default", "rope_theta": 9}
                        """
                                .formatted(SCOUT_KEYS));

        assertThat(config.rope()).isEqualTo(new RopeParameters(7, Optional.of(SCOUT)));
    }

    @Test
    void readsPlainRotationInTheNewSpelling() {
        Llama4Config config =
                text("\"rope_parameters\": {\"rope_theta\": 8e6, \"rope_type\": \"default\"}");

        assertThat(config.rope()).isEqualTo(new RopeParameters(8e6, Optional.empty()));
    }

    @Test
    void rotationOfTheFirstScoutUploadIsUsedAsItStands() {
        Llama4Config config =
                text(
                        """
                        "rope_scaling": {"rope_type": "llama3", "factor": 8.0, "low_freq_factor": 1.0,
                        "high_freq_factor": 4.0, "original_max_position_embeddings": 8192}
                        """);

        assertThat(config.rope().scaling()).contains(new Llama3Scaling(8, 1, 4, 8192));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"no_rope_layers\": null",
                "\"no_rope_layers\": []",
                "\"num_hidden_layers\": 48",
                "\"no_rope_layer_interval\": 4"
            })
    void anAbsentListOfRotaryLayersMeansTheInterval(String fields) {
        assertThat(text(fields)).isEqualTo(text(""));
    }

    @Test
    void listsMayBeLongerThanTheModel() {
        Llama4Config config =
                text(
                        """
                        "num_hidden_layers": 2, "no_rope_layers": [0, 1, 1, 1, 0],
                        "layer_types": ["full_attention", "full_attention", "chunked_attention"],
                        "moe_layers": [1, 17]
                        """);

        assertThat(config.layers())
                .containsExactly(
                        new LayerKind(false, false, false), new LayerKind(true, false, true));
    }

    @Test
    void layerTypesDecideTheMaskAndNothingElse() {
        Llama4Config config =
                text(
                        """
                        "num_hidden_layers": 2, "no_rope_layers": [1, 0],
                        "layer_types": ["full_attention", "chunked_attention"]
                        """);

        assertThat(config.layers())
                .containsExactly(
                        new LayerKind(true, false, true), new LayerKind(false, true, true));
    }

    @Test
    void anEmptyListOfMixturesIsMeaningful() {
        Llama4Config config =
                text(
                        """
                        "moe_layers": [], "num_local_experts": 0, "num_experts_per_tok": 0,
                        "interleave_moe_layer_step": 0
                        """);

        assertThat(config.layers()).noneMatch(LayerKind::mixture);
    }

    @Test
    void stepZeroMeansNoMixtureWhenThereAreNoExperts() {
        Llama4Config config =
                text(
                        """
                        "num_local_experts": 0, "num_experts_per_tok": 0,
                        "interleave_moe_layer_step": 0, "moe_layers": null
                        """);

        assertThat(config.layers()).noneMatch(LayerKind::mixture);
    }

    @Test
    void stepTwoStartsWithTheSecondLayer() {
        Llama4Config config = text("\"num_hidden_layers\": 5, \"interleave_moe_layer_step\": 2");

        assertThat(layersWhere(config, LayerKind::mixture)).containsExactly(1, 3);
    }

    @Test
    void aNullChunkMeansNoChunks() {
        Llama4Config config = text("\"attention_chunk_size\": null");

        assertThat(config.chunkSize()).isEqualTo(OptionalInt.empty());
        assertThat(config.layers()).noneMatch(LayerKind::chunked);
        assertThat(layersWhere(config, kind -> !kind.rotary())).isEqualTo(everyFourthOf(48));
    }

    @ParameterizedTest
    @CsvSource({"true, 0.1", "4, 0.1", "1, 0.1", "false, 0", "0, 0", "null, 0"})
    void temperatureIsSwitchedByTruthiness(String value, float scale) {
        Llama4Config config = text("\"attn_temperature_tuning\": " + value);

        assertThat(config.temperature()).isEqualTo(new AttentionTemperature(8192, scale));
    }

    @Test
    void nullHeadDimensionsFollowFromTheOthers() {
        Llama4Config config =
                text("\"head_dim\": null, \"num_key_value_heads\": null, \"hidden_size\": 80");

        assertThat(config.kvHeads()).isEqualTo(40);
        assertThat(config.headDim()).isEqualTo(2);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "{\"quant_method\": \"fp8\"}; fp8",
                "{\"quant_method\": \"compressed-tensors\", \"format\": \"pack-quantized\"};"
                        + " compressed-tensors, pack-quantized",
                "{\"quant_method\": \"modelopt\", \"quant_algo\": \"FP8\"}; modelopt, FP8"
            })
    void namesTheSchemeOfQuantisedWeights(String json, String scheme) {
        Configuration read =
                file(
                        "{\"model_type\": \"llama4_text\", \"quantization_config\": %s}"
                                .formatted(json));

        assertThat(read.scheme().map(Scheme::name)).contains(scheme);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "\"hidden_size\": -5; hidden_size is -5, expected an integer from 1 to 2147483647",
                "\"hidden_size\": 0; hidden_size is 0, expected an integer from 1 to 2147483647",
                "\"hidden_size\": 99999999999; hidden_size is 99999999999, expected an integer from"
                        + " 1 to 2147483647",
                "\"hidden_size\": \"5120\"; hidden_size is \"5120\", expected an integer from 1 to"
                        + " 2147483647",
                "\"hidden_size\": 1.5; hidden_size is 1.5, expected an integer from 1 to"
                        + " 2147483647",
                "\"hidden_size\": null; hidden_size is null, expected an integer from 1 to"
                        + " 2147483647",
                "\"num_key_value_heads\": 7; num_attention_heads is 40, not a multiple of"
                        + " num_key_value_heads 7",
                "\"head_dim\": 5; head_dim is 5, expected an even number (pairs are rotated)",
                "\"num_hidden_layers\": 2000000000; num_hidden_layers is 2000000000, expected an"
                        + " integer from 1 to 4096",
                "\"num_local_experts\": 2000000000; num_local_experts is 2000000000, expected at"
                        + " most 65536 in all 48 layers together",
                "\"num_experts_per_tok\": 17; num_experts_per_tok is 17, expected 1 to"
                        + " num_local_experts 16",
                "\"intermediate_size\": 2000000000; intermediate_size is 2000000000, expected 1 to"
                        + " 1073741823",
                "\"rms_norm_eps\": 1e999; rms_norm_eps is Infinity, expected a finite number",
                "\"rms_norm_eps\": -1; rms_norm_eps is -1.0, expected 0 or more",
                "\"rope_theta\": 0; rope_theta is 0.0, expected a number above 0",
                "\"rope_scaling\": \"llama3\"; rope_scaling is \"llama3\", expected an object",
                "\"rope_scaling\": {\"type\": \"yarn\"}; rope_scaling.type is \"yarn\", expected"
                        + " default or llama3",
                "\"rope_scaling\": {\"rope_type\": \"llama3\"}; rope_scaling.factor is missing,"
                        + " expected a number",
                "\"use_qk_norm\": 1; use_qk_norm is 1, expected true or false",
                "\"attn_temperature_tuning\": \"yes\"; attn_temperature_tuning is \"yes\", expected"
                        + " true, false or an integer",
                "\"hidden_act\": \"gelu\"; hidden_act is \"gelu\", expected silu",
                "\"no_rope_layers\": [1, 0]; no_rope_layers is a list of 2, expected 48 or more"
                        + " (num_hidden_layers)",
                "\"no_rope_layers\": [2]; no_rope_layers is 2, expected 0 or 1 in each place",
                "\"layer_types\": []; layer_types is a list of 0, expected 48 or more"
                        + " (num_hidden_layers)",
                "\"moe_layers\": [-1]; moe_layers is -1, expected an integer from 0 to 2147483647",
                "\"moe_layers\": 3; moe_layers is 3, expected a list of integers",
                "\"interleave_moe_layer_step\": 0; interleave_moe_layer_step is 0, expected 1 or"
                        + " more, or no experts, or moe_layers",
                "\"no_rope_layer_interval\": 0; no_rope_layer_interval is 0, expected an integer"
                        + " from 1 to 2147483647",
                "\"attention_chunk_size\": 0; attention_chunk_size is 0, expected an integer from 1"
                        + " to 2147483647",
                "\"bos_token_id\": 202048; bos_token_id is 202048, expected less than vocab_size"
                        + " 202048",
                "\"eos_token_id\": [1, \"2\"]; eos_token_id is \"2\", expected an integer from 0 to"
                        + " 2147483647",
                "\"max_position_embeddings\": 1e30; max_position_embeddings is 1.0E30, expected an"
                        + " integer from 1 to 9223372036854775807"
            })
    void namesFieldFoundAndExpected(String fields, String message) {
        assertThatThrownBy(() -> text(fields))
                .isInstanceOf(CheckpointException.class)
                .hasMessage("config.json: " + message);
    }

    @Test
    void messagesSayWhereANestedFieldStands() {
        assertThatThrownBy(() ->
                        file(
                                """
                                {"model_type": "llama4",
                                 "text_config": {"rope_scaling": {"rope_type": 3}}}
                                """))
                .isInstanceOf(CheckpointException.class)
                .hasMessage(
                        "config.json: text_config.rope_scaling.rope_type is 3, expected a string");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "{\"model_type\": \"llama4_text\", \"architectures\":"
                        + " [\"LlamaForCausalLMEagle3\"]}; config.json: architectures is"
                        + " LlamaForCausalLMEagle3, expected Llama4ForConditionalGeneration or"
                        + " Llama4ForCausalLM",
                "{\"model_type\": \"llama\", \"architectures\": [\"LlamaForCausalLM\"]};"
                        + " config.json: architectures is LlamaForCausalLM, expected"
                        + " Llama4ForConditionalGeneration or Llama4ForCausalLM",
                "{\"model_type\": \"mixtral\"}; config.json: model_type is \"mixtral\", expected"
                        + " llama4 or llama4_text",
                "{}; config.json: model_type is missing, expected llama4 or llama4_text",
                "{\"model_type\": \"llama4\", \"text_config\": {\"model_type\": \"qwen3\"}};"
                        + " config.json: text_config.model_type is \"qwen3\", expected llama4_text",
                "[]; config.json: holds a list, expected an object",
                "7; config.json: holds 7, expected an object"
            })
    void refusesOtherModelsByName(String json, String message) {
        assertThatThrownBy(() -> file(json))
                .isInstanceOf(CheckpointException.class)
                .hasMessage(message);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{",
                "{}}",
                "{\"a\": 1, \"a\": 2}",
                "{\"a\": NaN}",
                "{'a': 1}",
                "\u0000",
                "{} x"
            })
    void brokenJsonIsAnsweredInOneLine(String json) {
        assertThatThrownBy(() -> file(json))
                .isInstanceOf(CheckpointException.class)
                .hasMessageStartingWith("config.json: ")
                .satisfies(e -> assertThat(e.getMessage()).doesNotContain("\n"));
    }

    @Test
    void refusesBytesThatAreNoText() throws IOException {
        Files.write(folder.resolve("config.json"), new byte[] {'{', '"', (byte) 0xff, '"'});

        assertThatThrownBy(() -> ConfigReader.read(folder))
                .isInstanceOf(CheckpointException.class)
                .hasMessage("config.json: is not valid UTF-8");
    }

    @Test
    void refusesDeepNesting() {
        assertThatThrownBy(() -> text("\"a\": " + "[".repeat(10_000)))
                .isInstanceOf(CheckpointException.class)
                .hasMessageStartingWith("config.json: broken JSON")
                .hasMessageContaining("nesting depth");
    }

    @Test
    void refusesAFileThatIsTooLarge() throws IOException {
        Files.write(folder.resolve("config.json"), new byte[(4 << 20) + 1]);

        assertThatThrownBy(() -> ConfigReader.read(folder))
                .isInstanceOf(CheckpointException.class)
                .hasMessage("config.json: has 4194305 bytes, expected at most 4194304");
    }

    @Test
    void saysThatTheFileIsMissing() {
        assertThatThrownBy(() -> ConfigReader.read(folder))
                .isInstanceOf(CheckpointException.class)
                .hasMessage("config.json: is missing from the folder");
    }
}
