package dev.altiplano.loader.internal.tokenizer;

import java.util.Arrays;

/** A growing list of token ids. */
final class Ids {
    private int[] ids = new int[64];
    private int count;

    void add(int id) {
        if (count == ids.length) {
            ids = Arrays.copyOf(ids, 2 * count);
        }
        ids[count++] = id;
    }

    int[] toArray() {
        return Arrays.copyOf(ids, count);
    }
}
