package dev.altiplano.generate;

import java.util.Map;

/**
 * How a token is chosen, with every default filled in.
 *
 * @param temperature divides the logits; 0 takes the most probable token and ignores the filters
 * @param topK keeps this many tokens; 0 keeps all
 * @param topP keeps the most probable tokens until their sum reaches it, in (0, 1]
 * @param minP keeps tokens at least this probable relative to the best, in [0, 1]
 * @param repetitionPenalty divides positive and multiplies negative logits of every token that
 *     occurs in prompt or answer; 1 switches it off
 * @param frequencyPenalty subtracted once for each time a token occurs in the answer
 * @param presencePenalty subtracted once if a token occurs in the answer
 * @param logitBias added to the logits of single tokens, by id
 */
public record SamplingParameters(
        float temperature,
        int topK,
        float topP,
        float minP,
        float repetitionPenalty,
        float frequencyPenalty,
        float presencePenalty,
        Map<Integer, Float> logitBias) {

    /** The most probable token every time. */
    public static final SamplingParameters GREEDY =
            new SamplingParameters(0, 0, 1, 0, 1, 0, 0, Map.of());

    /** Copies the bias. */
    public SamplingParameters {
        logitBias = Map.copyOf(logitBias);
    }
}
