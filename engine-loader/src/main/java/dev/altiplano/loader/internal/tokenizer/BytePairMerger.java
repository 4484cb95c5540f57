package dev.altiplano.loader.internal.tokenizer;

import java.util.Arrays;

/**
 * Merges the bytes of one piece of text after the other into tokens; belongs to one call of encode.
 *
 * <p>The pair of the lowest rank is merged first, of equal ones the leftmost, until none is left.
 * Source: {@code Word::merge_all} in the tokenizers library, {@code byte_pair_merge} in tiktoken.
 */
final class BytePairMerger {
    /** Up to here scanning for the lowest rank beats a heap, and costs at most 64 * 64 steps. */
    private static final int SCANNED = 64;

    private final BytePairRules rules;
    private final Merges merges;
    private int[] ids = new int[SCANNED];
    private int[] ranks = new int[SCANNED]; // of the pair that starts here
    private int[] next = new int[0];
    private int[] previous = new int[0];

    BytePairMerger(BytePairRules rules) {
        this.rules = rules;
        this.merges = rules.merges();
    }

    /** Appends the tokens of {@code piece[0, length)}. */
    void encode(byte[] piece, int length, Ids out) {
        int whole = rules.wholePiece(piece, length);
        if (whole >= 0) {
            out.add(whole);
            return;
        }
        start(piece, length);
        if (length <= SCANNED) {
            mergeByScanning(length, out);
        } else {
            mergeByHeap(length, out);
        }
    }

    private void start(byte[] piece, int length) {
        if (ids.length < length) {
            ids = new int[length];
            ranks = new int[length];
        }
        for (int i = 0; i < length; i++) {
            ids[i] = rules.idOf(piece[i]);
        }
        for (int i = 0; i < length - 1; i++) {
            ranks[i] = merges.rank(ids[i], ids[i + 1]);
        }
        if (length > 0) {
            ranks[length - 1] = Merges.NONE;
        }
    }

    private void mergeByScanning(int length, Ids out) {
        int count = length;
        for (int at = lowest(count); at >= 0; at = lowest(count)) {
            ids[at] = merges.result(ranks[at]);
            int tail = --count - (at + 1);
            System.arraycopy(ids, at + 2, ids, at + 1, tail);
            System.arraycopy(ranks, at + 2, ranks, at + 1, tail);
            ranks[at] = at + 1 < count ? merges.rank(ids[at], ids[at + 1]) : Merges.NONE;
            if (at > 0) {
                ranks[at - 1] = merges.rank(ids[at - 1], ids[at]);
            }
        }
        for (int i = 0; i < count; i++) {
            out.add(ids[i]);
        }
    }

    /** Where the lowest rank is, the leftmost if there are several, or -1 if nothing can be merged. */
    private int lowest(int count) {
        int at = -1;
        int rank = Merges.NONE;
        for (int i = 0; i < count; i++) {
            if (ranks[i] < rank) {
                rank = ranks[i];
                at = i;
            }
        }
        return at;
    }

    private void mergeByHeap(int length, Ids out) {
        link(length);
        LongHeap heap = new LongHeap(); // rank, then position: also leftmost of the lowest
        for (int i = 0; i < length; i++) {
            push(heap, i);
        }
        while (!heap.isEmpty()) {
            long top = heap.pop();
            int at = (int) top;
            int rank = (int) (top >>> 32);
            if (ranks[at] != rank) {
                continue; // this pair was merged away in the meantime
            }
            ids[at] = merges.result(rank);
            unlink(next[at], length);
            rerank(heap, at, length);
            if (previous[at] >= 0) {
                rerank(heap, previous[at], length);
            }
        }
        for (int i = 0; i < length; i = next[i]) {
            out.add(ids[i]);
        }
    }

    private void link(int length) {
        if (next.length < length) {
            next = new int[length];
            previous = new int[length];
        }
        Arrays.setAll(next, i -> i + 1);
        Arrays.setAll(previous, i -> i - 1);
    }

    private void unlink(int at, int length) {
        ranks[at] = Merges.NONE;
        next[previous[at]] = next[at];
        if (next[at] < length) {
            previous[next[at]] = previous[at];
        }
    }

    private void rerank(LongHeap heap, int at, int length) {
        int right = next[at];
        ranks[at] = right < length ? merges.rank(ids[at], ids[right]) : Merges.NONE;
        push(heap, at);
    }

    private void push(LongHeap heap, int at) {
        if (ranks[at] != Merges.NONE) {
            heap.push((long) ranks[at] << 32 | at);
        }
    }
}
