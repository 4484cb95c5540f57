package dev.altiplano;

import dev.altiplano.generate.LogProbabilities;

import java.util.Arrays;
import java.util.function.Consumer;

/**
 * How well a model foretells a text: the lower, the better. 1 means that it knew every token.
 *
 * @param tokens that were foretold
 * @param negativeLogLikelihood {@code -sum of ln p(token | tokens before it)}
 */
public record Perplexity(long tokens, double negativeLogLikelihood) {
    /** Nothing was foretold yet. */
    private static final Perplexity NONE = new Perplexity(0, 0);

    /** Shortest sequence in which something is foretold. */
    private static final int LEAST = 2;

    /** {@code e} to the mean of the negative logarithms; NaN when nothing was foretold. */
    public double value() {
        return Math.exp(negativeLogLikelihood / tokens);
    }

    private Perplexity plus(Perplexity other) {
        return new Perplexity(
                tokens + other.tokens, negativeLogLikelihood + other.negativeLogLikelihood);
    }

    /**
     * Of one sequence: every token but the first is foretold from all before it.
     *
     * @param ids as for {@link Llama4Model#logits}, at least 2
     */
    public static Perplexity of(Llama4Model model, int[] ids) {
        if (ids.length < LEAST) {
            throw new IllegalArgumentException(
                    "the sequence has %d tokens, expected %d or more: the first one is given"
                            .formatted(ids.length, LEAST));
        }
        double[] sum = new double[1];
        model.logits(
                ids,
                true,
                (position, logits) -> {
                    if (position + 1 < ids.length) {
                        sum[0] += LogProbabilities.normaliser(logits) - logits[ids[position + 1]];
                        requireNumber(sum[0], position);
                    }
                });
        return new Perplexity(ids.length - 1, sum[0]);
    }

    private static void requireNumber(double sum, int position) {
        if (!Double.isFinite(sum)) {
            throw new IllegalStateException(
                    "a logit behind position %d is no number".formatted(position));
        }
    }

    /**
     * Of a text in windows that know nothing of each other: the begin token, if the folder has one,
     * then the next tokens of the text. Every token of the text is foretold once; without a begin
     * token, the first one of each window is given.
     *
     * @param context tokens of a window, 2 to what the model was opened for
     * @param soFar is told after each window
     * @throws IllegalArgumentException if the text is empty, a window is too short or too long, or
     *     the folder has no tokenizer
     */
    public static Perplexity of(
            Llama4Model model, String text, int context, Consumer<Perplexity> soFar) {
        if (context < LEAST) {
            throw new IllegalArgumentException(
                    "a window of %d tokens, expected %d or more".formatted(context, LEAST));
        }
        Prompt.Text prompt = new Prompt.Text(text, false);
        int[] all = model.encoder().text(prompt, true);
        boolean begins = all.length > model.encoder().text(prompt, false).length;
        int from = begins ? 1 : 0;
        int step = begins ? context - 1 : context;
        Perplexity sum = NONE;
        for (; from < all.length; from += step) {
            int[] window = window(all, begins, from, Math.min(from + step, all.length));
            if (window.length >= LEAST) {
                sum = sum.plus(of(model, window));
                soFar.accept(sum);
            }
        }
        if (sum.tokens == 0) {
            throw new IllegalArgumentException(
                    "the text has %d tokens, expected at least one to foretell"
                            .formatted(all.length));
        }
        return sum;
    }

    private static int[] window(int[] all, boolean begins, int from, int end) {
        if (!begins) {
            return Arrays.copyOfRange(all, from, end);
        }
        int[] window = new int[1 + end - from];
        window[0] = all[0];
        System.arraycopy(all, from, window, 1, end - from);
        return window;
    }
}
