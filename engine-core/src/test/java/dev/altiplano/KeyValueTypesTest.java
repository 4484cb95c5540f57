package dev.altiplano;

import static org.assertj.core.api.Assertions.assertThat;

import dev.altiplano.kernels.KvType;

import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** What smaller keys and values cost. */
class KeyValueTypesTest {
    private static final int TOKENS = 4000;
    private static final int CONTEXT = 500;

    /**
     * Logits of these random models change by a few hundredths when keys and values are rounded.
     */
    private static final double CLEAR = 0.1;

    @ParameterizedTest
    @CsvSource({"BF16, 0.1", "FP8, 1"})
    void perplexityOfTheDemoHardlyChanges(KvType type, double percent) throws IOException {
        String text = Files.readString(Demo.FOLDER.resolve("held-out.txt"));

        double exact = perplexity(KvType.F32, text);
        double rounded = perplexity(type, text);

        System.out.printf("perplexity F32 %.5f, %s %.5f%n", exact, type, rounded);
        assertThat(exact).isBetween(1.5, 100.0);
        assertThat(rounded).isCloseTo(exact, Percentage.withPercentage(percent));
    }

    /** Of the first tokens, read in pieces. */
    private static double perplexity(KvType type, String text) {
        double[] sum = {0};
        int read = 0;
        ModelOptions options = ModelOptions.defaults().keyValueType(type);
        try (Llama4Model model = Llama4Model.open(Demo.FOLDER, options)) {
            int[] all = model.tokenizer().orElseThrow().encode(text);
            for (int from = 0; from + CONTEXT <= Math.min(TOKENS, all.length); from += CONTEXT) {
                int[] ids = java.util.Arrays.copyOfRange(all, from, from + CONTEXT);
                model.logits(
                        ids,
                        true,
                        (position, logits) -> {
                            if (position + 1 < ids.length) {
                                sum[0] += surprise(logits, ids[position + 1]);
                            }
                        });
                read += CONTEXT - 1;
            }
        }
        return Math.exp(sum[0] / read);
    }

    private static double surprise(float[] logits, int id) {
        double max = Double.NEGATIVE_INFINITY;
        for (float logit : logits) {
            max = Math.max(max, logit);
        }
        double weights = 0;
        for (float logit : logits) {
            weights += Math.exp(logit - max);
        }
        return max + Math.log(weights) - logits[id];
    }

    /**
     * Answers part only where the best two tokens are as close as rounding can bring them. Models
     * with experts and random weights part elsewhere too: where two experts are close, rounding
     * turns the choice, and another expert says something else altogether.
     */
    @Test
    void bf16WritesWhatF32WritesWhereAChoiceIsClear() {
        try (Goldens goldens = Goldens.open("dense")) {
            for (int prompt = 0; prompt < goldens.prompts(); prompt++) {
                GenerationRequest request = GenerationRequest.tokens(goldens.ids(prompt));
                partsOnlyAtCloseChoices(Goldens.folder("dense"), request.maxTokens(32));
            }
        }
        partsOnlyAtCloseChoices(Demo.FOLDER, Demo.story().maxTokens(200)); // has experts, trained
    }

    private static void partsOnlyAtCloseChoices(Path folder, GenerationRequest request) {
        GenerationRequest scored =
                request.ignoreStopTokens().logProbabilities(2).sampling(Sampling.greedy());
        ModelOptions options = ModelOptions.defaults();
        try (Llama4Model f32 = Llama4Model.open(folder, options);
                Llama4Model bf16 = Llama4Model.open(folder, options.keyValueType(KvType.BF16))) {
            GenerationResult exact = f32.generate(scored);

            int parted = parted(exact.tokens(), bf16.generate(scored).tokens());

            if (parted < exact.tokens().size()) {
                List<TokenScore> best = exact.scores().get(parted).best();
                assertThat(best.get(0).logProbability() - best.get(1).logProbability())
                        .as("token %d", parted)
                        .isLessThan(CLEAR);
            }
        }
    }

    /** The first token that is another one, or the number of tokens. */
    private static int parted(List<Integer> tokens, List<Integer> others) {
        int i = 0;
        while (i < tokens.size() && tokens.get(i).equals(others.get(i))) {
            i++;
        }
        return i;
    }
}
