package dev.altiplano.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.altiplano.loader.SafetensorsFile;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

class LogitsCommandTest {
    @TempDir Path folder;

    @Test
    void writesTheRecordedLogits() throws IOException {
        Path out = folder.resolve("logits.safetensors");
        try (SafetensorsFile expected =
                SafetensorsFile.open(Demo.FOLDER.resolve("expected.safetensors"))) {
            String ids = TokenIds.text(ints(expected, "ids.1"));
            Path file = Files.writeString(folder.resolve("ids.txt"), ids.replace(" ", "\n") + "\n");

            Run.of("logits", Demo.PATH, "--ids-file", file.toString(), "--out", out.toString())
                    .fine();

            try (SafetensorsFile written = SafetensorsFile.open(out)) {
                assertThat(written.names()).containsExactly("logits");
                assertThat(written.tensor("logits").shape())
                        .isEqualTo(expected.tensor("logits.1").shape());
                Difference difference =
                        new Difference("logits", expected.data("logits.1"), 1024, 1e-3);
                float[] all = floats(written);
                for (int row = 0; row < all.length / 1024; row++) {
                    difference.add(row, Arrays.copyOfRange(all, row * 1024, row * 1024 + 1024));
                }
                assertThat(difference.isWithinTolerance()).as(difference.fault()).isTrue();
            }
        }
    }

    @Test
    void writesTheLastRowAlone() {
        float[] all = logits("--ids", "960,5,6");
        float[] last = logits("--ids", "960,5,6", "--positions", "last");

        assertThat(last).hasSize(1024);
        assertThat(all).hasSize(3 * 1024);
        // one row and three rows are multiplied by different kernels: 1e-5 of logits up to 20
        assertThat(Arrays.copyOfRange(all, 2 * 1024, 3 * 1024))
                .containsExactly(last, within(2e-4f));
    }

    @ParameterizedTest
    @ValueSource(strings = {"[960, 5,\n6]", "960,5,6", " 960 5 6 \n", "960\n5\n6", "960 , 5, 6"})
    void readsIdsInEveryForm(String text) throws IOException {
        Path file = Files.writeString(folder.resolve("ids"), text);

        assertThat(TokenIds.ofFile(file)).containsExactly(960, 5, 6);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "[]", "1,,2", "1.5", "{\"a\": 1}", "99999999999"})
    void refusesFilesWithoutIds(String text) throws IOException {
        String file = Files.writeString(folder.resolve("ids"), text).toString();

        assertThat(Run.of("logits", Demo.PATH, "--ids-file", file, "--out", "o").failure(1))
                .startsWith(file + ": '")
                .contains("is no token id");
    }

    @Test
    void leavesNothingBehindWhenItFails() throws IOException {
        String out = folder.resolve("out").toString();

        assertThat(Run.of("logits", Demo.PATH, "--ids", "5000", "--out", out).failure(1))
                .contains("outside the vocabulary");
        assertThat(folder).isEmptyDirectory();
        assertThat(Run.of("logits", Demo.PATH, "--ids", "5", "--out", out + "/x").failure(1))
                .contains("the folder for it does not exist");
    }

    private float[] logits(String... args) {
        Path out = folder.resolve("l.safetensors");
        ArrayList<String> all =
                new ArrayList<>(List.of("logits", Demo.PATH, "--out", out.toString()));
        all.addAll(List.of(args));
        Run.of(all.toArray(String[]::new)).fine();
        try (SafetensorsFile written = SafetensorsFile.open(out)) {
            return floats(written);
        }
    }

    private static float[] floats(SafetensorsFile file) {
        return file.data("logits").toArray(ValueLayout.JAVA_FLOAT_UNALIGNED);
    }

    private static int[] ints(SafetensorsFile file, String name) {
        return file.data(name).toArray(ValueLayout.JAVA_INT_UNALIGNED);
    }
}
