package dev.altiplano.bench;

import dev.altiplano.GenerationRequest;
import dev.altiplano.GenerationResult;
import dev.altiplano.Llama4Model;
import dev.altiplano.Sampling;

import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.function.ToDoubleFunction;

/**
 * How fast a model reads a prompt of random tokens, and how fast it writes after a prompt of one
 * token.
 *
 * @param promptTokens tokens to read; 0 leaves reading out
 * @param decodedTokens tokens to write; 0 leaves writing out
 * @param repeats measurements of each, at least 1
 */
public record SpeedRun(int promptTokens, int decodedTokens, int repeats) {
    private static final long WARM_NANOS = 2_000_000_000;
    private static final long SEED = 4;

    /** Checks the numbers. */
    public SpeedRun {
        if (promptTokens < 0 || decodedTokens < 0 || promptTokens + decodedTokens == 0) {
            throw new IllegalArgumentException(
                    "%d prompt tokens and %d decoded tokens, expected one of them above 0"
                            .formatted(promptTokens, decodedTokens));
        }
        if (repeats < 1) {
            throw new IllegalArgumentException("%d repeats, expected 1 or more".formatted(repeats));
        }
    }

    /**
     * Tokens per second.
     *
     * @param prefill prompt tokens per second, if measured
     * @param decode written tokens per second, if measured
     */
    public record Speed(Optional<Spread> prefill, Optional<Spread> decode) {}

    /**
     * Measures, after at least one run and two seconds of warming up for each quantity.
     *
     * @param progress is told in words what is being done
     */
    public Speed run(Llama4Model model, Consumer<String> progress) {
        Optional<Spread> prefill = Optional.empty();
        if (promptTokens > 0) {
            GenerationRequest request = request(model, promptTokens, 1);
            prefill =
                    Optional.of(
                            measure(
                                    model,
                                    request,
                                    r -> r.timings().prefillTokensPerSecond(),
                                    progress));
        }
        Optional<Spread> decode = Optional.empty();
        if (decodedTokens > 0) {
            GenerationRequest request = request(model, 1, decodedTokens + 1);
            decode =
                    Optional.of(
                            measure(
                                    model,
                                    request,
                                    r -> r.timings().decodeTokensPerSecond(),
                                    progress));
        }
        return new Speed(prefill, decode);
    }

    private Spread measure(
            Llama4Model model,
            GenerationRequest request,
            ToDoubleFunction<GenerationResult> speed,
            Consumer<String> progress) {
        progress.accept("warming up");
        long start = System.nanoTime();
        do {
            model.generate(request);
        } while (System.nanoTime() - start < WARM_NANOS);
        double[] speeds = new double[repeats];
        for (int i = 0; i < repeats; i++) {
            progress.accept("measuring %d of %d".formatted(i + 1, repeats));
            speeds[i] = speed.applyAsDouble(model.generate(request));
        }
        return Spread.of(speeds);
    }

    private static GenerationRequest request(Llama4Model model, int prompt, int answer) {
        int[] ids = // different tokens go to different experts
                new SplittableRandom(SEED)
                        .ints(prompt, 0, model.config().vocabularySize())
                        .toArray();
        return GenerationRequest.tokens(ids)
                .maxTokens(answer)
                .sampling(Sampling.greedy())
                .ignoreStopTokens();
    }
}
