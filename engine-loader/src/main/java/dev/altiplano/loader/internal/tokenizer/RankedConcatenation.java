package dev.altiplano.loader.internal.tokenizer;

import java.util.BitSet;

/**
 * Any two tokens whose bytes together are a token become it, lower ids first: tiktoken's rule.
 *
 * @param vocabulary the tokens, their ids are their ranks
 */
record RankedConcatenation(Vocabulary vocabulary) implements Merges {
    @Override
    public int rank(int left, int right) {
        int id = vocabulary.findConcatenation(left, right);
        return id < 0 ? NONE : id;
    }

    @Override
    public int result(int rank) {
        return rank;
    }

    @Override
    public int anyResultIn(BitSet ids) {
        return ids.stream().filter(vocabulary::contains).findFirst().orElse(-1);
    }
}
