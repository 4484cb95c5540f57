package dev.altiplano;

import dev.altiplano.generate.SamplingParameters;
import dev.altiplano.loader.GenerationDefaults;

import org.jspecify.annotations.Nullable;

import java.util.HashMap;
import java.util.Map;
import java.util.OptionalLong;

/**
 * How tokens are chosen. What is not set comes from the folder's {@code generation_config.json}; a
 * folder that says nothing is answered greedily.
 *
 * <p>Order: bias, penalties, temperature, top-k, top-p, min-p, draw; as in Hugging Face
 * transformers.
 */
public final class Sampling {
    private @Nullable Float temperature;
    private @Nullable Integer topK;
    private @Nullable Float topP;
    private @Nullable Float minP;
    private @Nullable Float repetitionPenalty;
    private float frequencyPenalty;
    private float presencePenalty;
    private Map<Integer, Float> logitBias = Map.of();
    private @Nullable Long seed;

    private Sampling() {}

    /** Everything as the folder says. */
    public static Sampling defaults() {
        return new Sampling();
    }

    /** The most probable token every time. */
    public static Sampling greedy() {
        return defaults().temperature(0);
    }

    private Sampling copy() {
        Sampling copy = new Sampling();
        copy.temperature = temperature;
        copy.topK = topK;
        copy.topP = topP;
        copy.minP = minP;
        copy.repetitionPenalty = repetitionPenalty;
        copy.frequencyPenalty = frequencyPenalty;
        copy.presencePenalty = presencePenalty;
        copy.logitBias = logitBias;
        copy.seed = seed;
        return copy;
    }

    /**
     * Divides the logits.
     *
     * @param temperature 0 (the most probable token every time) to 100
     */
    public Sampling temperature(double temperature) {
        Sampling copy = copy();
        copy.temperature = (float) inRange("temperature", temperature, 0, 100);
        return copy;
    }

    /**
     * Draws from this many of the most probable tokens.
     *
     * @param topK at least 0; 0 for all
     */
    public Sampling topK(int topK) {
        Sampling copy = copy();
        copy.topK = (int) inRange("top-k", topK, 0, Integer.MAX_VALUE);
        return copy;
    }

    /**
     * Draws from the most probable tokens whose probabilities together reach a share.
     *
     * @param topP above 0, up to 1
     */
    public Sampling topP(double topP) {
        Sampling copy = copy();
        copy.topP = (float) inRange("top-p", topP, Float.MIN_NORMAL, 1);
        return copy;
    }

    /**
     * Draws from tokens at least this probable relative to the best one.
     *
     * @param minP 0 to 1
     */
    public Sampling minP(double minP) {
        Sampling copy = copy();
        copy.minP = (float) inRange("min-p", minP, 0, 1);
        return copy;
    }

    /**
     * Makes every token of prompt and answer less probable: divides positive logits, multiplies
     * negative ones.
     *
     * @param penalty above 0, up to 100; 1 changes nothing
     */
    public Sampling repetitionPenalty(double penalty) {
        Sampling copy = copy();
        copy.repetitionPenalty = (float) inRange("repetition penalty", penalty, 0.01, 100);
        return copy;
    }

    /**
     * Subtracts from a token's logit each time it has occurred in the answer.
     *
     * @param penalty -100 to 100
     */
    public Sampling frequencyPenalty(double penalty) {
        Sampling copy = copy();
        copy.frequencyPenalty = (float) inRange("frequency penalty", penalty, -100, 100);
        return copy;
    }

    /**
     * Subtracts from a token's logit once it has occurred in the answer.
     *
     * @param penalty -100 to 100
     */
    public Sampling presencePenalty(double penalty) {
        Sampling copy = copy();
        copy.presencePenalty = (float) inRange("presence penalty", penalty, -100, 100);
        return copy;
    }

    /**
     * Adds to the logit of one token.
     *
     * @param id token id
     * @param bias -1000 to 1000
     */
    public Sampling logitBias(int id, double bias) {
        Sampling copy = copy();
        Map<Integer, Float> biases = new HashMap<>(logitBias);
        biases.put(id, (float) inRange("logit bias", bias, -1000, 1000));
        copy.logitBias = Map.copyOf(biases);
        return copy;
    }

    /** Makes the draws repeatable: the same seed gives the same answer. */
    public Sampling seed(long seed) {
        Sampling copy = copy();
        copy.seed = seed;
        return copy;
    }

    OptionalLong seed() {
        return seed == null ? OptionalLong.empty() : OptionalLong.of(seed);
    }

    /** Fills in what the folder says. */
    SamplingParameters resolve(GenerationDefaults folder, int vocabularySize) {
        for (int id : logitBias.keySet()) {
            inRange("token id of a logit bias", id, 0, vocabularySize - 1);
        }
        double fromFolder = folder.sample() ? folder.temperature().orElse(1) : 0;
        return new SamplingParameters(
                temperature != null ? temperature : (float) fromFolder,
                topK != null ? topK : folder.topK().orElse(0),
                topP != null ? topP : (float) folder.topP().orElse(1),
                minP != null ? minP : (float) folder.minP().orElse(0),
                repetitionPenalty != null
                        ? repetitionPenalty
                        : (float) folder.repetitionPenalty().orElse(1),
                frequencyPenalty,
                presencePenalty,
                logitBias);
    }

    private static double inRange(String what, double value, double from, double to) {
        if (!(value >= from && value <= to)) { // also NaN
            throw new IllegalArgumentException(
                    "%s is %s, expected %s to %s"
                            .formatted(what, plain(value), plain(from), plain(to)));
        }
        return value;
    }

    private static String plain(double value) {
        if (value == Float.MIN_NORMAL) {
            return "above 0";
        }
        return value == Math.rint(value) && Math.abs(value) < 1e15
                ? Long.toString((long) value)
                : Double.toString(value);
    }
}
