package dev.altiplano.generate;

import java.util.ArrayList;
import java.util.List;

/** Natural logarithms of the probabilities behind one row of logits. */
final class LogProbabilities {
    private LogProbabilities() {}

    /** The logarithm that must be subtracted from a logit: {@code ln Σ e^logit}. */
    static double normaliser(float[] logits) {
        float highest = logits[Sampler.indexOfMax(logits)];
        double sum = 0;
        for (float logit : logits) {
            sum += Math.exp(logit - highest);
        }
        return highest + Math.log(sum);
    }

    /** The {@code count} most probable tokens, best first; equal ones in the order of their ids. */
    static List<ScoredToken> best(float[] logits, double normaliser, int count) {
        List<ScoredToken> best = new ArrayList<>();
        boolean[] taken = new boolean[count == 0 ? 0 : logits.length];
        for (int n = 0; n < Math.min(count, logits.length); n++) {
            int highest = -1;
            for (int i = 0; i < logits.length; i++) {
                if (!taken[i] && (highest < 0 || logits[i] > logits[highest])) {
                    highest = i;
                }
            }
            taken[highest] = true;
            best.add(new ScoredToken(highest, logits[highest] - normaliser));
        }
        return List.copyOf(best);
    }
}
