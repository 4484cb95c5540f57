package dev.altiplano.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.altiplano.Llama4Model;
import dev.altiplano.TraceConsumer;
import dev.altiplano.loader.SafetensorsWriter;
import dev.altiplano.loader.TensorSpec;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

class VerifyCommandTest {
    private static final int[] IDS = {960, 32, 810};
    private static final int HIDDEN = 128;

    @TempDir Path folder;

    @BeforeEach
    void copyTheDemo() throws IOException {
        Demo.copyTo(folder);
    }

    @Test
    void passesOnTheDemo() {
        String out = Run.of("verify", Demo.PATH).fine();

        assertThat(out.lines()).hasSize(6);
        assertThat(out)
                .containsPattern("(?m)^prompt 0: 27 tokens, logits \\d.*, greedy 126/126: passed$")
                .endsWith("\n5 passed, 0 failed\n");
    }

    @Test
    void namesTheFirstWrongGreedyToken() throws IOException {
        change("\"greedy\": \\[\\s*401,", "\"greedy\": [402,");

        assertThat(failure())
                .containsPattern(
                        "prompt 0: .*, greedy 0/126: FAILED: greedy tokens: 401 at index 0,"
                                + " expected 402\n")
                .endsWith("4 passed, 1 failed\n");
    }

    @Test
    void noticesAnotherChatFormat() throws IOException {
        Path template = folder.resolve("chat_template.jinja");
        Files.writeString(template, Files.readString(template).replace("eot", "eom"));

        assertThat(failure())
                .contains("FAILED: rendered chat differs from character ")
                .endsWith("0 passed, 5 failed\n");
    }

    @Test
    void namesTheFirstWrongLayer() throws IOException {
        record(4, 5);

        assertThat(failure())
                .containsPattern(
                        "prompt 0: 3 tokens, hidden 1.0e\\+00: FAILED: layer 4 \\(full attention,"
                                + " experts\\) differs by 1\\.?0?, allowed 0\\.0\\d+\n");
    }

    @Test
    void passesOnItsOwnHiddenStates() throws IOException {
        record();

        assertThat(Run.of("verify", folder.toString()).fine())
                .isEqualTo("prompt 0: 3 tokens, hidden 0.0e+00: passed\n1 passed, 0 failed\n");
    }

    @Test
    void failsOnPicturesInWords() throws IOException {
        record();
        expect("{\"prompts\": [{\"prompt\": 0, \"user_parts\": [\"p0.png\", \"What?\"]}]}");

        assertThat(failure())
                .isEqualTo(
                        "prompt 0: 3 tokens: FAILED: "
                                + folder
                                + ": this checkpoint has no image tower, so it cannot take"
                                + " pictures\n0 passed, 1 failed\n");
    }

    @Test
    void failsWhenTheRecordMissesTheIds() throws IOException {
        record();
        expect("{\"prompts\": [{\"prompt\": 7}]}");

        assertThat(failure()).startsWith("prompt 7: FAILED: ").contains("ids.7");
    }

    @Test
    void saysWhenThereIsNothingToVerify() throws IOException {
        Files.delete(folder.resolve("expected.json"));

        assertThat(Run.of("verify", folder.toString()).failure(1))
                .contains("expected.json: does not exist");
    }

    @Test
    void saysWhenTheRecordIsSomethingElse() throws IOException {
        expect("{\"prompts\": 3}");

        assertThat(Run.of("verify", folder.toString()).failure(1))
                .contains("expected.json: is not laid out as expected");
    }

    @Test
    void allowsMoreWhereExpertsMayTie() throws IOException {
        expect("{\"router_min_margin\": null, \"prompts\": []}");
        Expected ties = Expected.read(folder);
        expect("{\"prompts\": []}");
        Expected clear = Expected.read(folder);

        try (Llama4Model model = Llama4Model.open(folder)) {
            assertThat(ties.tolerance(model.config())).isEqualTo(2e-2);
            assertThat(clear.tolerance(model.config())).isEqualTo(1e-3);
        }
    }

    private String failure() {
        Run run = Run.of("verify", folder.toString());
        assertThat(run.err()).isEmpty();
        assertThat(run.code()).isEqualTo(1);
        return run.out();
    }

    private void change(String pattern, String replacement) throws IOException {
        String text = Files.readString(folder.resolve("expected.json"));
        String changed = text.replaceFirst(pattern, replacement);
        assertThat(changed).isNotEqualTo(text);
        expect(changed);
    }

    private void expect(String json) throws IOException {
        Files.writeString(folder.resolve("expected.json"), json);
    }

    /** Records the engine's own hidden states, some of them wrong by one. */
    private void record(int... wrongLayers) throws IOException {
        List<float[]> layers = new ArrayList<>();
        try (Llama4Model model = Llama4Model.open(folder)) {
            for (int layer = 0; layer <= model.config().layers().size(); layer++) {
                layers.add(new float[IDS.length * HIDDEN]);
            }
            model.trace(
                    IDS,
                    new TraceConsumer() {
                        @Override
                        public void hidden(int layer, int position, float[] row) {
                            System.arraycopy(row, 0, layers.get(layer), position * HIDDEN, HIDDEN);
                        }

                        @Override
                        public void logits(int position, float[] row) {}
                    });
        }
        for (int wrong : wrongLayers) {
            layers.get(wrong)[HIDDEN + 3] += 1;
        }
        write(layers);
        expect("{\"prompts\": [{\"prompt\": 0}]}");
    }

    private void write(List<float[]> layers) {
        List<TensorSpec> specs = new ArrayList<>();
        specs.add(TensorSpec.of("ids.0", "I32", IDS.length));
        for (int layer = 0; layer < layers.size(); layer++) {
            specs.add(TensorSpec.of("hidden.0." + layer, "F32", IDS.length, HIDDEN));
        }
        try (SafetensorsWriter writer =
                SafetensorsWriter.create(folder.resolve("expected.safetensors"), specs)) {
            writer.add(IDS);
            layers.forEach(writer::add);
            writer.finish();
        }
    }
}
