package dev.altiplano.loader;

import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.function.DoublePredicate;

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
        require("temperature", temperature, t -> t >= 0, "0 or more");
        require("top_p", topP, p -> p > 0 && p <= 1, "more than 0 and at most 1");
        require("min_p", minP, p -> p >= 0 && p <= 1, "0 to 1");
        require("repetition_penalty", repetitionPenalty, p -> p > 0, "more than 0");
        if (topK.orElse(0) < 0) {
            throw new IllegalArgumentException(
                    "top_k is %d, expected 0 or more".formatted(topK.getAsInt()));
        }
    }

    private static void require(
            String name, OptionalDouble value, DoublePredicate right, String expected) {
        if (value.isPresent() && !right.test(value.getAsDouble())) {
            throw new IllegalArgumentException(
                    "%s is %s, expected %s".formatted(name, value.getAsDouble(), expected));
        }
    }
}
