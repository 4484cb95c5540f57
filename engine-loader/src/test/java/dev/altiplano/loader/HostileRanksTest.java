package dev.altiplano.loader;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Broken {@code tokenizer.model} files: each ends in one exception that names file and line. */
class HostileRanksTest {
    @TempDir Path folder;

    static List<Arguments> brokenRanks() {
        return List.of(
                Arguments.of("", "has 0 ranks, expected 200000 (Llama 4)"),
                Arguments.of("YQ== 0\nYg== 1\n", "has 2 ranks, expected 200000 (Llama 4)"),
                Arguments.of("YQ== 1\n", "line 1 is 'YQ== 1', expected '<base64> 0'"),
                Arguments.of("YQ== 0\nYg== 0\n", "line 2 is 'Yg== 0', expected '<base64> 1'"),
                Arguments.of("YQ== -1\n", "line 1 is 'YQ== -1', expected '<base64> 0'"),
                Arguments.of("YQ== 99999999999\n", "line 1 is 'YQ== 99999999999', expected"),
                Arguments.of("YQ== 0 \n", "line 1 is 'YQ== 0 ', expected '<base64> 0'"),
                Arguments.of("YQ== 0\r\n", "line 1 is 'YQ== 0?', expected '<base64> 0'"),
                Arguments.of("YQ==\n", "line 1 is 'YQ==', expected '<base64> 0'"),
                Arguments.of("YQ== 0\n\n", "line 2 is '', expected '<base64> 1'"),
                Arguments.of(" 0\n", "line 1 has the token '', expected base64 of some bytes"),
                Arguments.of("Y!== 0\n", "line 1 has the token 'Y!==', expected base64"),
                Arguments.of("YQ 0\n", "line 1 has the token 'YQ', expected base64"),
                Arguments.of("YQ== 0\nYQ== 1\n", "line 2 has the bytes of an earlier line"),
                Arguments.of("\u0000\u0001\u0002", "line 1 is '???', expected '<base64> 0'"),
                Arguments.of("{\"model\":{}}", "line 1 is '{\"model\":{}}', expected"),
                Arguments.of(
                        "YWFh".repeat(30_000) + " 0\n",
                        "line 1 has 90000 bytes, expected a shorter"));
    }

    @ParameterizedTest
    @MethodSource("brokenRanks")
    void aBrokenFileOfRanksIsRefusedInWords(String text, String message) throws IOException {
        Path file = Files.writeString(folder.resolve("tokenizer.model"), text);

        assertThatThrownBy(() -> Tokenizer.open(file))
                .isInstanceOf(CheckpointException.class)
                .hasMessageStartingWith("tokenizer.model: " + message);
    }
}
