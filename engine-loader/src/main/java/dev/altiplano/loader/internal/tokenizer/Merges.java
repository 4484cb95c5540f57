package dev.altiplano.loader.internal.tokenizer;

import java.util.BitSet;

/** Which neighbouring tokens become one, and in which order. */
sealed interface Merges permits MergeTable, RankedConcatenation {
    /** The rank of a pair that cannot be merged. */
    int NONE = Integer.MAX_VALUE;

    /** The rank of a pair, lower ones first, or {@link #NONE}. */
    int rank(int left, int right);

    /** The token that a pair of this rank becomes. */
    int result(int rank);

    /** One of these tokens that some pair becomes, or -1. */
    int anyResultIn(BitSet ids);
}
