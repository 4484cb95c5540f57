package dev.altiplano.cli;

import dev.altiplano.GenerationRequest;
import dev.altiplano.Sampling;

import org.jspecify.annotations.Nullable;

import picocli.CommandLine.Option;

import java.util.ArrayList;
import java.util.List;

/** How an answer is made. What is not given comes from the folder's generation_config.json. */
final class SamplingOptions {
    @Option(
            names = "--max-tokens",
            paramLabel = "N",
            description = "End the answer after N tokens. Default: ${DEFAULT-VALUE}.")
    private int maxTokens = GenerationRequest.DEFAULT_MAX_TOKENS;

    @Option(
            names = "--temperature",
            paramLabel = "T",
            description = "0 takes the most probable token every time, more is more varied.")
    private @Nullable Double temperature;

    @Option(
            names = "--top-k",
            paramLabel = "K",
            description = "Draw from the K most probable tokens; 0 for all.")
    private @Nullable Integer topK;

    @Option(
            names = "--top-p",
            paramLabel = "P",
            description = "Draw from the most probable tokens that together reach P, above 0 to 1.")
    private @Nullable Double topP;

    @Option(
            names = "--min-p",
            paramLabel = "P",
            description = "Draw from tokens at least P times as probable as the best, 0 to 1.")
    private @Nullable Double minP;

    @Option(
            names = "--seed",
            paramLabel = "S",
            description = "Make the draws repeatable; any whole number.")
    private @Nullable Long seed;

    @Option(
            names = "--stop",
            paramLabel = "TEXT",
            description = "End the answer before TEXT; may be given several times.")
    private List<String> stops = new ArrayList<>();

    boolean hasStops() {
        return !stops.isEmpty();
    }

    /** Refuses values that are out of range, before anything is opened. */
    void check() {
        applyTo(GenerationRequest.tokens());
    }

    GenerationRequest applyTo(GenerationRequest request) {
        return Usage.check(() ->
                request.maxTokens(maxTokens)
                        .sampling(sampling())
                        .stop(stops.toArray(String[]::new)));
    }

    private Sampling sampling() {
        Sampling sampling = Sampling.defaults();
        sampling = temperature == null ? sampling : sampling.temperature(temperature);
        sampling = topK == null ? sampling : sampling.topK(topK);
        sampling = topP == null ? sampling : sampling.topP(topP);
        sampling = minP == null ? sampling : sampling.minP(minP);
        return seed == null ? sampling : sampling.seed(seed);
    }
}
