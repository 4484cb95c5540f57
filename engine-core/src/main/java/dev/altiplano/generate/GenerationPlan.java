package dev.altiplano.generate;

import dev.altiplano.loader.Tokenizer;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Set;

/**
 * One answer, with every default filled in.
 *
 * @param maxTokens most tokens to generate; at least 0
 * @param contextLimit most tokens in the sequence
 * @param sampling how tokens are chosen
 * @param seed of the draws
 * @param stopIds tokens that end the answer; they belong to its tokens, not to its text
 * @param stopTexts strings that end the answer; they do not belong to its text
 * @param logProbabilities how many of the best tokens to report beside the chosen one; -1 for no
 *     probabilities at all
 * @param tokenizer turns tokens into text; null when the folder has none
 */
public record GenerationPlan(
        int maxTokens,
        long contextLimit,
        SamplingParameters sampling,
        long seed,
        Set<Integer> stopIds,
        List<String> stopTexts,
        int logProbabilities,
        @Nullable Tokenizer tokenizer) {

    /** Copies the collections. */
    public GenerationPlan {
        stopIds = Set.copyOf(stopIds);
        stopTexts = List.copyOf(stopTexts);
    }
}
