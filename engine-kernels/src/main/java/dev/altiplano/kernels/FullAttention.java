package dev.altiplano.kernels;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import dev.altiplano.kernels.internal.KernelSet;
import dev.altiplano.kernels.internal.KernelSets;
import dev.altiplano.kernels.internal.TileOperands;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * Attention of every row to all rows of its block, before and behind it: {@code out = softmax(q k /
 * sqrt(headDim)) v}, head by head.
 *
 * <p>A work item is some queries of one head of one block. It lays keys and values of the block out
 * as panels of its own, so that all workers can run side by side; each result is computed by one of
 * them, in the order of the rows.
 */
public final class FullAttention {
    private static final KernelSet KERNELS = KernelSets.BEST;
    private static final int LANES = KERNELS.lanes();
    private static final int PANEL = 2 * LANES;
    private static final int STRIDE = TileOperands.STRIDE;

    /** Queries that go through the tiles together; fills tiles of 12 rows. */
    private static final int QUERIES = 48;

    /** Rows of {@link #QUERIES} in whole tiles. */
    private static final int ROWS =
            (QUERIES + KERNELS.tileRows() - 1) / KERNELS.tileRows() * KERNELS.tileRows();

    private static final ValueLayout.OfFloat FLOAT =
            ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final int tokens;
    private final int heads;
    private final int headDim;

    /** Slots per row of scores: keys rounded up to panels, in segments of {@link #STRIDE}. */
    private final int segments;

    private final int paddedDim;

    /**
     * Describes blocks.
     *
     * @param tokens rows of a block, at least 1
     * @param headDim elements of a head, 1 to 512
     * @throws IllegalArgumentException if a size is out of range
     */
    public FullAttention(int tokens, int heads, int headDim) {
        if (tokens < 1 || heads < 1 || headDim < 1 || headDim > STRIDE) {
            throw new IllegalArgumentException(
                    "blocks of %d rows with %d heads of %d elements, expected heads of 1 to %d"
                            .formatted(tokens, heads, headDim, STRIDE));
        }
        this.tokens = tokens;
        this.heads = heads;
        this.headDim = headDim;
        segments = (tokens + STRIDE - 1) / STRIDE;
        paddedDim = roundUp(headDim);
    }

    private static int roundUp(int columns) {
        return (columns + PANEL - 1) / PANEL * PANEL;
    }

    /**
     * Loop.
     *
     * @param q {@code [n * tokens, heads * headDim]}, not scaled
     * @param k as q
     * @param v as q
     * @param out as q, none of them
     * @throws IllegalArgumentException if a size does not fit
     */
    public void attend(Worker w, Rows q, Rows k, Rows v, Rows out) {
        for (Rows rows : new Rows[] {q, k, v, out}) {
            if (rows.width() != heads * headDim
                    || rows.count() != q.count()
                    || rows.count() % tokens != 0) {
                throw new IllegalArgumentException(
                        "rows are [%d, %d], expected blocks of %d rows with %d heads of %d elements"
                                .formatted(rows.count(), rows.width(), tokens, heads, headDim));
            }
        }
        int pieces = pieces(w, q.count() / tokens * heads);
        int queries = (tokens + pieces - 1) / pieces;
        Item item = null;
        for (int i; (i = w.next(q.count() / tokens * heads * pieces)) >= 0; ) {
            if (item == null) {
                item = new Item(w.scratch);
            }
            int first = i % pieces * queries;
            int head = i / pieces % heads;
            int block = i / pieces / heads * tokens;
            item.layOut(k, v, block, head);
            for (int row = first; row < Math.min(first + queries, tokens); row += QUERIES) {
                int count = Math.min(QUERIES, Math.min(first + queries, tokens) - row);
                item.attend(q, block + row, count, head, out);
            }
        }
    }

    /** Into how many pieces the queries of a head are cut, so that no worker is idle for long. */
    private int pieces(Worker w, int items) {
        int wanted = (4 * w.count() + items - 1) / items;
        return Math.clamp(wanted, 1, (tokens + QUERIES - 1) / QUERIES);
    }

    /** One worker's operands. */
    private final class Item {
        private final MemorySegment scores;
        private final MemorySegment keys;
        private final MemorySegment sums;
        private final long values;
        private final TileOperands tile;
        private final float[] divisors = new float[QUERIES];

        Item(Scratch scratch) {
            int room = segments * STRIDE;
            scores = scratch.scores((long) QUERIES * STRIDE * segments);
            keys = scratch.right((long) (room + PANEL) * headDim + (long) tokens * paddedDim);
            values = 4L * (room + PANEL) * headDim;
            sums = scratch.result((long) QUERIES * paddedDim);
            tile = scratch.tile;
            tile.begin(scratch.floats(ROWS * STRIDE));
        }

        /** Keys as {@code [panel][headDim][PANEL keys]}, values as {@code [panel][keys][PANEL]}. */
        void layOut(Rows k, Rows v, int block, int head) {
            for (int t = 0; t < tokens; t++) {
                int from = k.offset(block + t) + head * headDim;
                long at = 4L * (t / PANEL * headDim * PANEL + t % PANEL);
                for (int d = 0; d < headDim; d++) {
                    keys.set(FLOAT, at + 4L * PANEL * d, k.data()[from + d]);
                }
                int value = v.offset(block + t) + head * headDim;
                for (int d = 0; d < headDim; d += PANEL) {
                    int count = Math.min(PANEL, headDim - d);
                    long to = values + 4L * (d * tokens + t * PANEL);
                    MemorySegment.copy(v.data(), value + d, keys, FLOAT, to, count);
                }
            }
        }

        void attend(Rows q, int row, int count, int head, Rows out) {
            float scale = (float) (1 / Math.sqrt(headDim));
            for (int i = 0; i < count; i++) {
                int from = q.offset(row + i) + head * headDim;
                System.arraycopy(q.data(), from, tile.rows, STRIDE * i, headDim);
                KERNELS.scale(tile.rows, STRIDE * i, headDim, scale);
            }
            score(count);
            Scratch.clear(sums, 0, count * paddedDim);
            for (int i = 0; i < count; i++) {
                divisors[i] = weigh(i);
            }
            sumValues(count);
            for (int i = 0; i < count; i++) {
                int to = out.offset(row + i) + head * headDim;
                MemorySegment.copy(sums, JAVA_FLOAT, 4L * paddedDim * i, out.data(), to, headDim);
                KERNELS.scale(out.data(), to, headDim, 1 / divisors[i]);
            }
        }

        private long scoresOf(int segment) {
            return 4L * QUERIES * STRIDE * segment;
        }

        private int keysOf(int segment) {
            return Math.min(STRIDE, tokens - segment * STRIDE);
        }

        private void score(int count) {
            tile.b = keys;
            tile.c = scores;
            tile.depth = headDim;
            tile.rowStep = 4L * STRIDE;
            for (int s = 0; s < segments; s++) {
                for (int i = 0; i < count; i++) {
                    Scratch.clear(scores, scoresOf(s) + 4L * STRIDE * i, roundUp(keysOf(s)));
                }
                for (int column = 0; column < keysOf(s); column += PANEL) {
                    tile.b0 = 4L * (s * STRIDE + column) * headDim;
                    tile.c0 = scoresOf(s) + 4L * column;
                    KERNELS.product(tile, count, keysOf(s) - column > LANES);
                }
            }
        }

        /** Turns a row of scores into weights relative to the largest and returns their sum. */
        private float weigh(int query) {
            float max = Float.NEGATIVE_INFINITY;
            for (int s = 0; s < segments; s++) {
                max =
                        Math.max(
                                max,
                                KERNELS.max(scores, scoresOf(s) + 4L * STRIDE * query, keysOf(s)));
            }
            float sum = 0;
            for (int s = 0; s < segments; s++) {
                long at = scoresOf(s) + 4L * STRIDE * query;
                sum += KERNELS.expAndSum(scores, at, keysOf(s), max);
            }
            return sum;
        }

        private void sumValues(int count) {
            tile.rowStep = 4L * paddedDim;
            tile.c = sums;
            for (int s = 0; s < segments; s++) {
                tile.depth = keysOf(s);
                for (int i = 0; i < count; i++) {
                    long from = scoresOf(s) + 4L * STRIDE * i;
                    MemorySegment.copy(scores, JAVA_FLOAT, from, tile.rows, STRIDE * i, tile.depth);
                }
                for (int d = 0; d < headDim; d += PANEL) {
                    tile.b0 = values + 4L * (d * tokens + s * STRIDE * PANEL);
                    tile.c0 = 4L * d;
                    KERNELS.product(tile, count, headDim - d > LANES);
                }
            }
        }
    }
}
