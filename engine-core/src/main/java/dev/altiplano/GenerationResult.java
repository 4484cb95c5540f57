package dev.altiplano;

import java.util.List;

/**
 * A finished answer.
 *
 * @param text what the model wrote, without stop token and stop string; empty without a tokenizer
 * @param tokens what the model wrote, with the stop token if one came
 * @param finishReason why it ended
 * @param promptTokens tokens of the prompt; in a session, the new ones
 * @param cachedTokens tokens of the sequence that had been read before
 * @param prefixTokens tokens of the prompt that had not to be read, because a prompt that began
 *     alike was read before
 * @param seed repeats the draws: {@link Sampling#seed(long)}
 * @param scores one entry per token, if log-probabilities were asked for
 * @param timings where the time went
 */
public record GenerationResult(
        String text,
        List<Integer> tokens,
        FinishReason finishReason,
        int promptTokens,
        int cachedTokens,
        int prefixTokens,
        long seed,
        List<Scores> scores,
        Timings timings) {

    /** Copies the lists. */
    public GenerationResult {
        tokens = List.copyOf(tokens);
        scores = List.copyOf(scores);
    }

    /**
     * Probabilities behind one token of the answer.
     *
     * @param chosen the token that was taken
     * @param best the most probable tokens, best first; as many as were asked for
     */
    public record Scores(TokenScore chosen, List<TokenScore> best) {}
}
