package dev.altiplano.bench;

import java.util.Optional;
import java.util.function.ToDoubleFunction;

/**
 * Measured speeds beside what the machine could do at best, and what they mean for more layers.
 *
 * <p>Decoding is bound by memory: its share is that of the bandwidth that reading weights, keys and
 * values once for each token takes. Prefill is bound by arithmetic: its share is that of the peak
 * of multiply-adds. Both count what has to be done, not what was done, so they fall when a kernel
 * does more than it has to. Data that a cache holds can exceed the bandwidth of memory.
 *
 * @param work what a token costs in the model that was measured
 * @param run what was measured
 * @param outcome what was found
 */
public record RooflineReport(TokenWork work, SpeedRun run, SpeedRun.Outcome outcome) {
    /** Share of the bandwidth that decoding used, if that was measured; 1 is all of it. */
    public Optional<Double> decodeShare(SpeedRun.Speed speed) {
        double bandwidth = outcome.limits().bandwidth().median();
        return decode(speed, tokens -> work.decodeBytes(tokens) / bandwidth);
    }

    /** Share of the peak that reading the prompt used, if that was measured; 1 is all of it. */
    public Optional<Double> prefillShare(SpeedRun.Speed speed) {
        double peak = outcome.limits().operations().median();
        return prefill(speed, tokens -> work.prefillOperations(tokens) / peak);
    }

    /**
     * Written tokens per second of the model that repeats these layers until it has so many, if
     * decoding was measured: at the same share of the bandwidth.
     */
    public Optional<Double> decodeWithLayers(SpeedRun.Speed speed, int layers) {
        TokenWork other = work.withLayers(layers);
        return decode(speed, tokens -> work.decodeBytes(tokens) / other.decodeBytes(tokens));
    }

    /** Prompt tokens per second, likewise: at the same share of the peak. */
    public Optional<Double> prefillWithLayers(SpeedRun.Speed speed, int layers) {
        TokenWork other = work.withLayers(layers);
        return prefill(
                speed, tokens -> work.prefillOperations(tokens) / other.prefillOperations(tokens));
    }

    /** The speed of decoding times a factor that depends on which tokens they were. */
    private Optional<Double> decode(SpeedRun.Speed speed, ToDoubleFunction<Stretch> factor) {
        return product(speed.decode(), run.answer(speed.depth()), factor);
    }

    private Optional<Double> prefill(SpeedRun.Speed speed, ToDoubleFunction<Stretch> factor) {
        return product(speed.prefill(), run.prompt(speed.depth()), factor);
    }

    private static Optional<Double> product(
            Optional<Spread> rate, Optional<Stretch> tokens, ToDoubleFunction<Stretch> factor) {
        return rate.flatMap(r -> tokens.map(t -> r.median() * factor.applyAsDouble(t)));
    }
}
