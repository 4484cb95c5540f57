package dev.altiplano.bench.jmh;

import dev.altiplano.kernels.KvLayout;
import dev.altiplano.kernels.KvPages;
import dev.altiplano.kernels.KvType;
import dev.altiplano.kernels.Rows;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/** Keys and values of several layers, as many as no cache holds, and the loop that checks. */
final class RandomCache {
    static final int KV_HEADS = 8;
    static final int HEAD_DIM = 128;

    /** Of a weighted mean of values between -1 and 1; keys and values may be rounded to BF16. */
    private static final double TOLERANCE = 1e-4;

    private final KvLayout layout;
    private final List<KvPages> layers = new ArrayList<>();
    private final int slots;
    private int current;

    /** Takes memory. */
    RandomCache(int slots, KvType type, Arena arena) {
        this.slots = slots;
        layout = new KvLayout(KV_HEADS, HEAD_DIM, type);
        int pages = Math.ceilDiv(slots, KvLayout.PAGE);
        long layers = Math.ceilDiv(Memory.BEYOND_CACHES, pages * layout.pageBytes());
        for (int i = 0; i < layers; i++) {
            KvPages layer = new KvPages();
            for (int page = 0; page < pages; page++) {
                layer.add(arena.allocate(layout.pageBytes(), 64));
            }
            this.layers.add(layer);
        }
    }

    /** Stores keys and values of the first layer, and copies them to the others. */
    void fill(Team team) {
        KvPages first = layers.getFirst();
        Rows k = Rows.of(KvLayout.PAGE, KV_HEADS * HEAD_DIM);
        Rows v = Rows.of(KvLayout.PAGE, KV_HEADS * HEAD_DIM);
        for (int page = 0; page < first.pages(); page++) {
            for (int row = 0; row < KvLayout.PAGE; row++) {
                for (int i = 0; i < k.width(); i++) {
                    k.data()[k.offset(row) + i] = key(page * KvLayout.PAGE + row, i);
                    v.data()[v.offset(row) + i] = value(page * KvLayout.PAGE + row, i);
                }
            }
            first.fill(page * KvLayout.PAGE);
            team.run(worker -> layout.store(worker, first, k, v));
            for (KvPages layer : layers.subList(1, layers.size())) {
                MemorySegment.copy(first.page(page), 0, layer.page(page), 0, layout.pageBytes());
            }
        }
    }

    /** Between -1 and 1, in steps that BF16 can hold. */
    private static float key(int slot, int i) {
        return noise(slot * 31 + i);
    }

    private static float value(int slot, int i) {
        return noise(slot * 17 + i + 1_000_003);
    }

    private static float noise(int i) {
        int mixed = (i ^ i >>> 15) * 0x2c1b3c6d;
        return (mixed >>> 24) / 128f - 1;
    }

    KvLayout layout() {
        return layout;
    }

    KvPages pages() {
        return layers.get(current);
    }

    /** Goes on to the next layer in memory. */
    void next() {
        current = current + 1 == layers.size() ? 0 : current + 1;
    }

    /** Bytes of the slots in use of one layer. */
    long bytes() {
        return layout.pageBytes() / KvLayout.PAGE * slots;
    }

    /**
     * Compares what the last row found with a softmax in double.
     *
     * @param depth slot of row 0
     */
    void check(Rows q, int depth, int kvHead, int head, Rows out) {
        int row = q.count() - 1;
        int query = q.offset(row) + head * HEAD_DIM;
        double[] weights = new double[depth + row + 1];
        double sum = 0;
        for (int slot = 0; slot < weights.length; slot++) {
            double score = 0;
            for (int d = 0; d < HEAD_DIM; d++) {
                score += (double) q.data()[query + d] * key(slot, kvHead * HEAD_DIM + d);
            }
            weights[slot] = Math.exp(score / Math.sqrt(HEAD_DIM)); // scores are of the order of 1
            sum += weights[slot];
        }
        for (int d = 0; d < HEAD_DIM; d += 9) {
            double mean = 0;
            for (int slot = 0; slot < weights.length; slot++) {
                mean += weights[slot] / sum * value(slot, kvHead * HEAD_DIM + d);
            }
            float actual = out.data()[out.offset(row) + head * HEAD_DIM + d];
            Checks.close("head %d, element %d".formatted(head, d), actual, mean, TOLERANCE);
        }
    }
}
