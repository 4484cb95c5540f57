package dev.altiplano.generate;

import java.util.Map;
import java.util.Random;

/**
 * Chooses one token from logits: bias and penalties, temperature, top-k, top-p, min-p, draw.
 *
 * <p>The order of the filters is that of Hugging Face transformers. The same seed and logits give
 * the same tokens on every machine: the generator is {@link Random}, whose sequence is specified,
 * and sums run in a fixed order.
 */
final class Sampler {
    private final SamplingParameters parameters;
    private final Random random;
    private final TokenCounts counts;
    private final Candidates candidates;

    Sampler(SamplingParameters parameters, long seed, int vocabularySize, TokenCounts counts) {
        this.parameters = parameters;
        this.random = new Random(seed);
        this.counts = counts;
        this.candidates = new Candidates(vocabularySize);
    }

    /**
     * Chooses a token.
     *
     * @param logits {@code [vocabulary]}, finite; changed
     */
    int choose(float[] logits) {
        for (Map.Entry<Integer, Float> bias : parameters.logitBias().entrySet()) {
            logits[bias.getKey()] += bias.getValue();
        }
        counts.penalise(logits, parameters);
        if (parameters.temperature() == 0) {
            return indexOfMax(logits);
        }
        candidates.fill(logits, parameters.temperature());
        if (parameters.topK() > 0) {
            candidates.keepBest(parameters.topK());
        }
        if (parameters.topP() < 1) {
            candidates.keepUntil(parameters.topP());
        }
        if (parameters.minP() > 0) {
            candidates.keepFrom(parameters.minP());
        }
        return candidates.draw(random.nextDouble());
    }

    /** The largest value; of equal ones the lowest index. */
    static int indexOfMax(float[] values) {
        int best = 0;
        for (int i = 1; i < values.length; i++) {
            if (values[i] > values[best]) {
                best = i;
            }
        }
        return best;
    }
}
