package dev.altiplano.loader;

import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalInt;

/**
 * How a checkpoint wants to be sampled when nobody says otherwise: {@code generation_config.json}.
 * What the file does not say is empty.
 *
 * @param sample draw tokens at random, {@code do_sample}; otherwise the most likely one is taken.
 *     False when the file is missing
 * @param temperature divisor of the logits, {@code temperature}; 0 or more
 * @param topK how many of the most likely tokens stay, {@code top_k}; 0 means all
 * @param topP share of the probability that stays, {@code top_p}; above 0, at most 1
 * @param minP least probability relative to the most likely token, {@code min_p}; 0 to 1
 * @param repetitionPenalty {@code repetition_penalty}; above 0, 1 does nothing
 * @param stopIds ids that end a text: {@code eos_token_id} of this file and of {@code config.json}
 * @param bos id that begins a text: {@code bos_token_id} of this file, else of {@code config.json}
 */
public record GenerationDefaults(
        boolean sample,
        OptionalDouble temperature,
        OptionalInt topK,
        OptionalDouble topP,
        OptionalDouble minP,
        OptionalDouble repetitionPenalty,
        List<Integer> stopIds,
        OptionalInt bos) {
    /** Copies the list and checks the ranges. */
    public GenerationDefaults {
        stopIds = List.copyOf(stopIds);
        require(temperature.orElse(0) >= 0, "temperature", temperature, "0 or more");
        require(topK.orElse(0) >= 0, "top_k", topK, "0 or more");
        require(
                topP.orElse(1) > 0 && topP.orElse(1) <= 1,
                "top_p",
                topP,
                "more than 0 and at most 1");
        require(minP.orElse(0) >= 0 && minP.orElse(0) <= 1, "min_p", minP, "0 to 1");
        require(
                repetitionPenalty.orElse(1) > 0,
                "repetition_penalty",
                repetitionPenalty,
                "more than 0");
    }

    private static void require(boolean right, String name, Object found, String expected) {
        if (!right) {
            throw new IllegalArgumentException(
                    "%s is %s, expected %s".formatted(name, found, expected));
        }
    }
}
