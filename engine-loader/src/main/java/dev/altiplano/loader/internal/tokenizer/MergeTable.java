package dev.altiplano.loader.internal.tokenizer;

import java.util.Arrays;
import java.util.BitSet;
import java.util.concurrent.ThreadLocalRandom;

/**
 * The merges of a {@code tokenizer.json}, ranked by their place in the file.
 *
 * <p>One {@code long} per slot: 21 bits left id, 21 bits right id, 22 bits rank. The 439 802 merges
 * of Llama 4 take 10 MB, and a look-up touches one cache line.
 */
final class MergeTable implements Merges {
    /** Ranks have 22 bits, and all ones mark an empty slot. */
    static final int MAX_MERGES = (1 << 22) - 1;

    private static final int ID_BITS = 21;
    private static final int RANK_BITS = 22;
    private static final int RANK_MASK = (1 << RANK_BITS) - 1;
    private static final long EMPTY = -1;
    private static final long SALT = ThreadLocalRandom.current().nextLong() | 1;

    private final long[] slots;
    private final int[] results; // by rank

    private MergeTable(long[] slots, int[] results) {
        this.slots = slots;
        this.results = results;
    }

    @Override
    public int rank(int left, int right) {
        long slot = slots[slotOf(slots, pair(left, right))];
        return slot == EMPTY ? NONE : (int) slot & RANK_MASK;
    }

    @Override
    public int result(int rank) {
        return results[rank];
    }

    @Override
    public int anyResultIn(BitSet ids) {
        return Arrays.stream(results).filter(ids::get).findFirst().orElse(-1);
    }

    private static long pair(int left, int right) {
        return (long) left << ID_BITS | right;
    }

    private static int slotOf(long[] slots, long pair) {
        int mask = slots.length - 1;
        long hash = (pair ^ SALT) * 0x9E3779B97F4A7C15L;
        int slot = (int) (hash ^ (hash >>> 32)) & mask;
        while (slots[slot] != EMPTY && slots[slot] >>> RANK_BITS != pair) {
            slot = (slot + 1) & mask;
        }
        return slot;
    }

    /** Collects merges in the order of their ranks. */
    static final class Builder {
        private long[] slots = empty(1 << 10);
        private int[] results = new int[1 << 9];
        private int count;

        int count() {
            return count;
        }

        /** Adds the next merge. A repeated pair keeps its last rank, as in the tokenizers library. */
        void add(int left, int right, int result) {
            if (count == results.length) {
                results = Arrays.copyOf(results, 2 * count);
                rehash();
            }
            long pair = pair(left, right);
            slots[slotOf(slots, pair)] = pair << RANK_BITS | count;
            results[count++] = result;
        }

        MergeTable build() {
            return new MergeTable(slots, Arrays.copyOf(results, count));
        }

        private void rehash() {
            long[] old = slots;
            slots = empty(2 * old.length);
            for (long slot : old) {
                if (slot != EMPTY) {
                    slots[slotOf(slots, slot >>> RANK_BITS)] = slot;
                }
            }
        }

        private static long[] empty(int capacity) {
            long[] slots = new long[capacity];
            Arrays.fill(slots, EMPTY);
            return slots;
        }
    }
}
