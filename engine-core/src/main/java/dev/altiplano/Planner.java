package dev.altiplano;

import dev.altiplano.generate.GenerationPlan;
import dev.altiplano.loader.Checkpoint;
import dev.altiplano.loader.Llama4Config;
import dev.altiplano.loader.Tokenizer;

import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;

/** What requests to one model become: every default filled in, refused where they cannot fit. */
record Planner(Checkpoint checkpoint, ModelOptions options) {
    /**
     * Refuses a sequence that cannot fit.
     *
     * @return how many tokens it may have at most
     */
    long room(long promptTokens, long answerTokens) {
        long limit = options.context().orElse(config().maxPositions());
        if (promptTokens > limit) {
            throw new IllegalArgumentException(
                    "the sequence has %d tokens with this prompt, expected at most %d (context)"
                            .formatted(promptTokens, limit));
        }
        long wanted = Math.min(limit, promptTokens + answerTokens);
        MemoryPlan.of(checkpoint, options, Math.max(1, wanted)).require();
        return limit;
    }

    /**
     * Fills in every default, and refuses what cannot fit.
     *
     * @param promptTokens tokens of the sequence with its prompt
     */
    GenerationPlan plan(long promptTokens, GenerationRequest request) {
        if (!request.stopTexts().isEmpty() && tokenizer().isEmpty()) {
            throw new IllegalArgumentException(
                    checkpoint.folder()
                            + ": stop strings need a tokenizer; stop at token ids instead");
        }
        Set<Integer> stopIds = new HashSet<>(request.stopIds());
        if (!request.ignoresStopTokens()) {
            stopIds.addAll(checkpoint.generationDefaults().stopIds());
        }
        return new GenerationPlan(
                request.maxTokens(),
                room(promptTokens, request.maxTokens()),
                request.sampling()
                        .resolve(checkpoint.generationDefaults(), config().vocabularySize()),
                request.sampling().seed().orElseGet(() -> ThreadLocalRandom.current().nextLong()),
                stopIds,
                request.stopTexts(),
                request.logProbabilities(),
                tokenizer().orElse(null));
    }

    private Llama4Config config() {
        return checkpoint.config();
    }

    private Optional<Tokenizer> tokenizer() {
        return checkpoint.tokenizerFolder().tokenizer();
    }
}
