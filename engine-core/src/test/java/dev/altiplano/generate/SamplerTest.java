package dev.altiplano.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.IntStream;

class SamplerTest {
    /** e^x of these is 8, 4, 2, 1, 1: probabilities 1/2, 1/4, 1/8, 1/16, 1/16. */
    private static final float[] HALVES = {
        (float) Math.log(4), (float) Math.log(8), 0, (float) Math.log(2), 0
    };

    @Test
    void temperatureZeroTakesTheLargestAndOfEqualOnesTheFirst() {
        assertThat(draw(SamplingParameters.GREEDY, 1, new float[] {1, 3, 3, 2}))
                .containsOnlyKeys(1);
    }

    @Test
    void drawsByProbability() {
        Map<Integer, Integer> drawn = draw(with(1, 0, 1, 0), 16_000, HALVES);

        assertThat(share(drawn, 1)).isCloseTo(0.5, within(0.02)); // 5 standard deviations
        assertThat(share(drawn, 0)).isCloseTo(0.25, within(0.02));
        assertThat(share(drawn, 2)).isCloseTo(0.0625, within(0.01));
    }

    @Test
    void topKKeepsTheBestAndOfEqualOnesTheFirst() {
        assertThat(drawn(with(1, 2, 1, 0))).containsExactly(0, 1);
        assertThat(drawn(with(1, 4, 1, 0))).containsExactly(0, 1, 2, 3);
    }

    @Test
    void topPKeepsTokensUntilTheirShareIsReached() {
        assertThat(drawn(with(1, 0, 0.5f, 0))).containsExactly(1);
        assertThat(drawn(with(1, 0, 0.51f, 0))).containsExactly(0, 1);
        assertThat(drawn(with(1, 0, 0.76f, 0))).containsExactly(0, 1, 3);
        assertThat(drawn(with(1, 0, 0.0001f, 0))).containsExactly(1);
    }

    @Test
    void minPKeepsTokensThatAreNotTooFarBehindTheBest() {
        assertThat(drawn(with(1, 0, 1, 0.5f))).containsExactly(0, 1);
        assertThat(drawn(with(1, 0, 1, 1))).containsExactly(1);
    }

    @Test
    void temperatureComesBeforeTheFilters() {
        // at temperature 0.5 the probabilities are 64, 16, 4, 1, 1 of 86
        assertThat(drawn(with(0.5f, 0, 0.75f, 0))).containsExactly(0, 1);
        assertThat(drawn(with(0.5f, 0, 0.74f, 0))).containsExactly(1);
    }

    @Test
    void repetitionPenaltyDividesPositiveAndMultipliesNegativeLogits() {
        TokenCounts counts = new TokenCounts(3);
        counts.addPrompt(0);
        counts.addGenerated(1);
        float[] logits = {2, -2, 2};

        counts.penalise(logits, new SamplingParameters(1, 0, 1, 0, 4, 0, 0, Map.of()));

        assertThat(logits).containsExactly(0.5f, -8, 2);
    }

    @Test
    void frequencyAndPresenceCountTheAnswerOnly() {
        TokenCounts counts = new TokenCounts(3);
        counts.addPrompt(0);
        counts.addGenerated(1);
        counts.addGenerated(1);
        float[] logits = {1, 1, 1};

        counts.penalise(logits, new SamplingParameters(1, 0, 1, 0, 1, 0.25f, 0.125f, Map.of()));

        assertThat(logits).containsExactly(1, 0.375f, 1);
    }

    @Test
    void biasReachesASingleToken() {
        SamplingParameters parameters = new SamplingParameters(0, 0, 1, 0, 1, 0, 0, Map.of(2, 5f));

        assertThat(draw(parameters, 1, HALVES)).containsOnlyKeys(2);
    }

    @Test
    void theSameSeedDrawsTheSameTokens() {
        float[] logits = new float[1000];
        IntStream.range(0, 1000).forEach(i -> logits[i] = (float) Math.sin(i));

        assertThat(sequence(with(1, 50, 0.9f, 0.01f), 7, logits))
                .isEqualTo(sequence(with(1, 50, 0.9f, 0.01f), 7, logits))
                .isNotEqualTo(sequence(with(1, 50, 0.9f, 0.01f), 8, logits));
    }

    @Test
    void logProbabilitiesSumToOne() {
        double normaliser = LogProbabilities.normaliser(HALVES);

        assertThat(LogProbabilities.best(HALVES, normaliser, 3))
                .extracting(ScoredToken::id)
                .containsExactly(1, 0, 3);
        double sum = 0;
        for (ScoredToken token : LogProbabilities.best(HALVES, normaliser, 5)) {
            sum += Math.exp(token.logProbability());
        }
        assertThat(sum).isCloseTo(1, within(1e-6));
    }

    @Test
    void theBestAreSortedAndEqualOnesComeInTheOrderOfTheirIds() {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        float[] logits = new float[500];
        IntStream.range(0, 500).forEach(i -> logits[i] = random.nextInt(60)); // many are equal
        List<Integer> sorted =
                IntStream.range(0, 500)
                        .boxed()
                        .sorted(Comparator.comparingDouble((Integer id) -> -logits[id]))
                        .toList();

        for (int count : new int[] {0, 1, 7, 100, 500, 501}) {
            assertThat(LogProbabilities.best(logits, 0, count))
                    .as("seed %d, best %d", seed, count)
                    .extracting(ScoredToken::id)
                    .isEqualTo(sorted.subList(0, Math.min(count, 500)));
        }
    }

    private static SamplingParameters with(float temperature, int topK, float topP, float minP) {
        return new SamplingParameters(temperature, topK, topP, minP, 1, 0, 0, Map.of());
    }

    private static Set<Integer> drawn(SamplingParameters parameters) {
        return new TreeSet<>(draw(parameters, 4_000, HALVES).keySet());
    }

    private static Map<Integer, Integer> draw(
            SamplingParameters parameters, int times, float[] logits) {
        Sampler sampler = new Sampler(parameters, 1, logits.length, new TokenCounts(logits.length));
        Map<Integer, Integer> drawn = new TreeMap<>();
        for (int i = 0; i < times; i++) {
            drawn.merge(sampler.choose(logits.clone()), 1, Integer::sum);
        }
        return drawn;
    }

    private static List<Integer> sequence(
            SamplingParameters parameters, long seed, float[] logits) {
        Sampler sampler =
                new Sampler(parameters, seed, logits.length, new TokenCounts(logits.length));
        return IntStream.range(0, 50).map(i -> sampler.choose(logits.clone())).boxed().toList();
    }

    private static double share(Map<Integer, Integer> drawn, int id) {
        return drawn.getOrDefault(id, 0) / 16_000.0;
    }
}
