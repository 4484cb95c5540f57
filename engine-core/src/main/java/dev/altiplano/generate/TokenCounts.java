package dev.altiplano.generate;

import java.util.BitSet;

/** Which tokens a sequence holds, for the penalties. */
final class TokenCounts {
    private final BitSet seen = new BitSet();
    private final int[] generated;
    private int[] distinct = new int[64];
    private int distinctCount;

    TokenCounts(int vocabularySize) {
        generated = new int[vocabularySize];
    }

    /** Counts a token of the prompt. */
    void addPrompt(int id) {
        seen.set(id);
    }

    /** Counts a token of the answer. */
    void addGenerated(int id) {
        seen.set(id);
        if (generated[id]++ == 0) {
            if (distinctCount == distinct.length) {
                distinct = java.util.Arrays.copyOf(distinct, 2 * distinctCount);
            }
            distinct[distinctCount++] = id;
        }
    }

    /** Applies the penalties to {@code logits [vocabulary]} in place. */
    void penalise(float[] logits, SamplingParameters parameters) {
        float repetition = parameters.repetitionPenalty();
        if (repetition != 1) {
            for (int id = seen.nextSetBit(0); id >= 0; id = seen.nextSetBit(id + 1)) {
                logits[id] = logits[id] > 0 ? logits[id] / repetition : logits[id] * repetition;
            }
        }
        if (parameters.frequencyPenalty() != 0 || parameters.presencePenalty() != 0) {
            for (int i = 0; i < distinctCount; i++) {
                int id = distinct[i];
                logits[id] -=
                        generated[id] * parameters.frequencyPenalty()
                                + parameters.presencePenalty();
            }
        }
    }
}
