package dev.altiplano.loader.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.altiplano.loader.CheckpointException;
import dev.altiplano.loader.GenerationDefaults;
import dev.altiplano.loader.SpecialIds;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;

class GenerationConfigReaderTest {
    private static final SpecialIds IDS =
            new SpecialIds(OptionalInt.of(1), List.of(2, 8), OptionalInt.empty());

    @TempDir Path folder;

    private GenerationDefaults read(String json) throws IOException {
        Files.writeString(folder.resolve("generation_config.json"), json);
        return GenerationConfigReader.read(folder, IDS);
    }

    @Test
    void aMissingFileMeansGreedyAndTheIdsOfTheConfiguration() {
        GenerationDefaults defaults = GenerationConfigReader.read(folder, IDS);

        assertThat(defaults.sample()).isFalse();
        assertThat(defaults.temperature()).isEmpty();
        assertThat(defaults.stopIds()).containsExactly(2, 8);
        assertThat(defaults.bos()).hasValue(1);
    }

    @Test
    void readsWhatItKnowsAndUnitesTheStopIds() throws IOException {
        GenerationDefaults defaults =
                read(
                        """
                        {"bos_token_id": 5, "eos_token_id": [9, 2], "do_sample": true,
                         "temperature": 0.6, "top_p": 0.9, "top_k": 0, "min_p": null,
                         "repetition_penalty": 1, "transformers_version": "4.51.0"}
                        """);

        assertThat(defaults.sample()).isTrue();
        assertThat(defaults.temperature()).hasValue(0.6);
        assertThat(defaults.topP()).hasValue(0.9);
        assertThat(defaults.topK()).hasValue(0);
        assertThat(defaults.minP()).isEmpty();
        assertThat(defaults.repetitionPenalty()).hasValue(1);
        assertThat(defaults.stopIds()).containsExactly(9, 2, 8);
        assertThat(defaults.bos()).hasValue(5);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "{\"temperature\": -1}; temperature is -1.0, expected 0 or more",
                "{\"temperature\": \"hot\"}; temperature is \"hot\", expected a finite number",
                "{\"top_p\": 0}; top_p is 0.0, expected more than 0 and at most 1",
                "{\"top_k\": 1.5}; top_k is 1.5, expected an integer from 0 to 2147483647",
                "{\"min_p\": 2}; min_p is 2.0, expected 0 to 1",
                "{\"repetition_penalty\": 0}; repetition_penalty is 0.0, expected more than 0",
                "{\"eos_token_id\": {}}; eos_token_id is an object, expected an integer from 0 to"
                        + " 2147483647",
                "{\"do_sample\": 1}; do_sample is 1, expected true or false"
            })
    void namesFieldFoundAndExpected(String json, String message) {
        assertThatThrownBy(() -> read(json))
                .isInstanceOf(CheckpointException.class)
                .hasMessage("generation_config.json: " + message);
    }
}
