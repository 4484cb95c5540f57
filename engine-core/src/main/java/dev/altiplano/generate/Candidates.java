package dev.altiplano.generate;

/**
 * The tokens a sampler still considers.
 *
 * <p>A heap hands out the best tokens one by one, so that filtering 202 048 tokens down to a few
 * costs one pass and not a sort. Equal probabilities come in the order of their ids.
 */
final class Candidates {
    private final float[] weights; // [vocabulary], e^(logit - best), by id
    private final int[] heap; // ids that have not been handed out; the best one first
    private final int[] best; // ids that have, in order
    private int heapSize;
    private int bestCount;
    private boolean ordered; // whether heap[] is a heap yet

    Candidates(int vocabularySize) {
        weights = new float[vocabularySize];
        heap = new int[vocabularySize];
        best = new int[vocabularySize];
    }

    /** Considers every token, with logits divided by {@code temperature}. */
    void fill(float[] logits, float temperature) {
        float highest = logits[Sampler.indexOfMax(logits)];
        for (int i = 0; i < logits.length; i++) {
            // Math.exp is one stub in the interpreter and in compiled code: the bits do not change
            weights[i] = (float) Math.exp((logits[i] - highest) / temperature);
            heap[i] = i;
        }
        heapSize = logits.length;
        bestCount = 0;
        ordered = false;
    }

    /** Keeps the {@code count} most probable tokens. */
    void keepBest(int count) {
        if (count < bestCount + heapSize) {
            keep(count);
        }
    }

    /**
     * Keeps the most probable tokens until their share of the whole reaches {@code share}; at least
     * one.
     */
    void keepUntil(float share) {
        double limit = share * sum();
        double reached = 0;
        int kept = 0;
        int size = bestCount + heapSize;
        while (kept < size && (kept == 0 || reached < limit)) {
            reached += weights[at(kept)];
            kept++;
        }
        keep(kept);
    }

    /** Keeps tokens at least {@code share} times as probable as the best. */
    void keepFrom(float share) {
        float limit = share * weights[at(0)];
        int kept = 1;
        int size = bestCount + heapSize;
        while (kept < size && weights[at(kept)] >= limit) {
            kept++;
        }
        keep(kept);
    }

    /**
     * Draws a token by its weight.
     *
     * @param point a number in [0, 1)
     */
    int draw(double point) {
        double rest = point * sum();
        int last = 0;
        for (int i = 0; i < bestCount + heapSize; i++) {
            int id = i < bestCount ? best[i] : heap[i - bestCount];
            if (weights[id] > 0) {
                last = id;
                rest -= weights[id];
                if (rest < 0) {
                    break;
                }
            }
        }
        return last; // also where rounding used the sum up
    }

    private void keep(int count) {
        at(count - 1);
        bestCount = count;
        heapSize = 0;
    }

    private double sum() {
        double sum = 0;
        for (int i = 0; i < bestCount; i++) {
            sum += weights[best[i]];
        }
        for (int i = 0; i < heapSize; i++) {
            sum += weights[heap[i]];
        }
        return sum;
    }

    /** The id of the {@code rank}-th best token, counted from 0. */
    private int at(int rank) {
        if (!ordered) {
            ordered = true;
            for (int i = heapSize / 2 - 1; i >= 0; i--) {
                sink(i);
            }
        }
        while (bestCount <= rank) {
            best[bestCount++] = heap[0];
            heap[0] = heap[--heapSize];
            sink(0);
        }
        return best[rank];
    }

    private void sink(int from) {
        int id = heap[from];
        int place = from;
        while (2 * place + 1 < heapSize) {
            int child = 2 * place + 1;
            if (child + 1 < heapSize && before(heap[child + 1], heap[child])) {
                child++;
            }
            if (!before(heap[child], id)) {
                break;
            }
            heap[place] = heap[child];
            place = child;
        }
        heap[place] = id;
    }

    private boolean before(int a, int b) {
        return weights[a] > weights[b] || (weights[a] == weights[b] && a < b);
    }
}
