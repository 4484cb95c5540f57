package dev.altiplano;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** How well the demo model foretells text it has not seen. */
class PerplexityTest {
    private static final int BEGIN = 960;

    private static String heldOut() throws IOException {
        return Files.readString(Demo.FOLDER.resolve("held-out.txt"));
    }

    /** Transformers in float32 found it on the first 8192 tokens: perplexity.json. */
    @Test
    void isWhatAnotherImplementationFound() throws IOException {
        try (Llama4Model model = Llama4Model.open(Demo.FOLDER)) {
            int[] text = model.tokenizer().orElseThrow().encode(heldOut());
            int[] ids = new int[8192];
            ids[0] = BEGIN;
            System.arraycopy(text, 0, ids, 1, 8191);

            Perplexity found = Perplexity.of(model, ids);

            assertThat(found.tokens()).isEqualTo(8191);
            assertThat(found.negativeLogLikelihood() / found.tokens())
                    .isEqualTo(0.6399564743041992, within(1e-4));
            assertThat(found.value()).isEqualTo(1.8963983058929443, within(2e-4));
        }
    }

    @Test
    void aTextIsForetoldInWindowsThatAllBeginWithTheBeginToken() throws IOException {
        String text = heldOut().substring(0, 700);
        try (Llama4Model model = Llama4Model.open(Demo.FOLDER)) {
            int[] ids = model.tokenizer().orElseThrow().encode(text);
            double sum = 0;
            for (int from = 0; from < ids.length; from += 99) {
                int[] window = new int[Math.min(100, ids.length - from + 1)];
                window[0] = BEGIN;
                System.arraycopy(ids, from, window, 1, window.length - 1);
                sum += Perplexity.of(model, window).negativeLogLikelihood();
            }
            List<Perplexity> told = new ArrayList<>();

            Perplexity found = Perplexity.of(model, text, 100, told::add);

            assertThat(found.tokens()).isEqualTo(ids.length);
            assertThat(found.negativeLogLikelihood()).isEqualTo(sum, within(1e-9));
            assertThat(told).hasSize((ids.length + 98) / 99).endsWith(found);
        }
    }

    @Test
    void aLongerWindowForetellsBetter() throws IOException {
        String text = heldOut().substring(0, 3000);
        try (Llama4Model model = Llama4Model.open(Demo.FOLDER)) {
            double small = Perplexity.of(model, text, 16, _ -> {}).value();
            double large = Perplexity.of(model, text, 512, _ -> {}).value();

            assertThat(large).isLessThan(small);
        }
    }

    @Test
    void whatCannotBeForetoldIsRefused() {
        try (Llama4Model model = Llama4Model.open(Demo.FOLDER)) {
            assertThatThrownBy(() -> Perplexity.of(model, new int[] {BEGIN}))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("has 1 tokens, expected 2 or more");
            assertThatThrownBy(() -> Perplexity.of(model, "Once", 1, _ -> {}))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("a window of 1 tokens, expected 2 or more");
            assertThatThrownBy(() -> Perplexity.of(model, "", 100, _ -> {}))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("expected at least one to foretell");
            int[] unknown = new int[3];
            Arrays.fill(unknown, 5000);
            assertThatThrownBy(() -> Perplexity.of(model, unknown))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("outside the vocabulary");
        }
    }
}
