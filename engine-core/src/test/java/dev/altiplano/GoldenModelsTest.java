package dev.altiplano;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.ArrayList;
import java.util.List;

/** Hidden states and logits equal those of Hugging Face transformers, layer by layer. */
class GoldenModelsTest {
    /** Two float32 implementations differ by about 1e-5 of the largest value; this is generous. */
    private static final double TOLERANCE = 1e-3;

    /** Where 16390 tokens make some choices of experts close, a token may go the other way. */
    private static final double TOLERANCE_OF_CLOSE_CHOICES = 2e-2;

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
                "q_fbgemm",
                "q_fp8_block",
                "q_int4_asym",
                "q_int8",
                "q_modelopt_nvfp4"
            })
    void everyLayerAndEveryLogitIsRight(String name) {
        try (Goldens goldens = Goldens.open(name);
                Llama4Model model = Llama4Model.open(Goldens.folder(name))) {
            for (int prompt = 0; prompt < goldens.prompts(); prompt++) {
                Comparison comparison = new Comparison(goldens, prompt);
                model.trace(goldens.ids(prompt), comparison);

                assertThat(comparison.faults).as("%s, prompt %d", name, prompt).isEmpty();
                assertThat(comparison.logitsSeen).isEqualTo(goldens.logits(prompt).length);
            }
        }
    }

    @Test
    void logitsAreRightAroundTheBordersOfRealChunks() {
        try (Goldens goldens = Goldens.open("real_chunk");
                Llama4Model model = Llama4Model.open(Goldens.folder("real_chunk"))) {
            for (int prompt = 0; prompt < goldens.prompts(); prompt++) {
                int[] ids = goldens.ids(prompt);
                float[][] expected = goldens.logits(prompt);
                double allowed = TOLERANCE_OF_CLOSE_CHOICES * Goldens.scale(expected);
                List<String> faults = new ArrayList<>();

                model.logits(
                        ids,
                        true,
                        (position, logits) -> {
                            int row = position - (ids.length - expected.length);
                            if (row >= 0
                                    && !(Goldens.difference(logits, expected[row]) <= allowed)) {
                                faults.add("position " + position);
                            }
                        });

                assertThat(faults).as("%d tokens", ids.length).isEmpty();
            }
        }
    }

    private static final class Comparison implements TraceConsumer {
        private final Goldens goldens;
        private final int prompt;
        private final float[][] logits;
        private final int firstRow;
        private final List<String> faults = new ArrayList<>();
        private int logitsSeen;

        Comparison(Goldens goldens, int prompt) {
            this.goldens = goldens;
            this.prompt = prompt;
            logits = goldens.logits(prompt);
            firstRow = goldens.ids(prompt).length - logits.length;
        }

        @Override
        public void hidden(int layer, int position, float[] hidden) {
            if (goldens.hasHidden(prompt)) {
                float[][] expected = goldens.hidden(prompt, layer);
                compare("hidden after layer " + (layer - 1), position, hidden, expected, 0);
            }
        }

        @Override
        public void logits(int position, float[] row) {
            if (position >= firstRow) {
                logitsSeen++;
                compare("logits", position, row, logits, firstRow);
            }
        }

        private void compare(
                String what, int position, float[] actual, float[][] expected, int first) {
            double difference = Goldens.difference(actual, expected[position - first]);
            if (!(difference <= TOLERANCE * Goldens.scale(expected))) {
                faults.add(
                        "%s at position %d: differs by %s".formatted(what, position, difference));
            }
        }
    }
}
