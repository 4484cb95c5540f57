package dev.altiplano.generate;

import java.util.ArrayList;
import java.util.List;

/** Natural logarithms of the probabilities behind one row of logits. */
public final class LogProbabilities {
    private LogProbabilities() {}

    /** The logarithm that must be subtracted from a logit: {@code ln Σ e^logit}. */
    public static double normaliser(float[] logits) {
        float highest = logits[Sampler.indexOfMax(logits)];
        double sum = 0;
        for (float logit : logits) {
            sum += Math.exp(logit - highest);
        }
        return highest + Math.log(sum);
    }

    /** The {@code count} most probable tokens, best first; equal ones in the order of their ids. */
    static List<ScoredToken> best(float[] logits, double normaliser, int count) {
        int[] best = new int[Math.min(count, logits.length)];
        int found = 0;
        for (int id = 0; id < logits.length; id++) {
            if (found < best.length) {
                insert(best, found++, logits, id);
            } else if (found > 0 && logits[id] > logits[best[found - 1]]) {
                insert(best, found - 1, logits, id);
            }
        }
        List<ScoredToken> scored = new ArrayList<>(best.length);
        for (int id : best) {
            scored.add(new ScoredToken(id, logits[id] - normaliser));
        }
        return List.copyOf(scored);
    }

    /** Puts a token before the worse ones among the first {@code count}, which move up. */
    private static void insert(int[] best, int count, float[] logits, int id) {
        int place = count;
        for (; place > 0 && logits[id] > logits[best[place - 1]]; place--) {
            best[place] = best[place - 1];
        }
        best[place] = id;
    }
}
