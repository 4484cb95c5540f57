package dev.altiplano.kernels;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import dev.altiplano.kernels.internal.Exp;
import dev.altiplano.kernels.internal.KernelSet;
import dev.altiplano.kernels.internal.KernelSets;
import dev.altiplano.kernels.internal.TileOperands;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * One worker's attention of a few query rows to one KV head, page by page with a running maximum.
 *
 * <p>A query is a row of q together with one of the query heads that share the KV head. Pages are
 * summed up in chunks of {@link #CHUNK} pages, each from nothing, and the chunks are folded in
 * order: the bits are the same whether one worker takes all chunks or each is computed apart.
 */
final class AttentionBlock {
    /** Pages per chunk. */
    static final int CHUNK = 4;

    /** Up to so many queries read keys and values where they are stored. */
    private static final int FEW_QUERIES = 5;

    /**
     * Queries of a block at most, unless a KV head has more query heads; fills tiles of 5 and 12
     * rows.
     */
    private static final int QUERIES = 120;

    private static final int PAGE = KvLayout.PAGE;
    private static final int UNIT = KvLayout.UNIT;
    private static final int STRIDE = TileOperands.STRIDE;

    /** Bytes of a row of queries or scores. */
    private static final long ROW = 4L * STRIDE;

    private static final KernelSet KERNELS = KernelSets.BEST;
    private static final int LANES = KERNELS.lanes();
    private static final int PANEL = 2 * LANES;

    private final KvLayout layout;
    private final int group;
    private final int padded;
    private final int sumsWidth;
    private final boolean scaled;
    private final MemorySegment queries;
    private final MemorySegment scores;
    private final MemorySegment keys;
    private final MemorySegment values;
    private final MemorySegment sums;
    private final float[] queryRows;
    private final float[] weightRows;
    private final float[] chunk;
    private final float[] total;
    private final TileOperands tile = new TileOperands();
    private int head;
    private int firstRow;
    private int count;

    AttentionBlock(KvLayout layout, int heads) {
        this.layout = layout;
        group = heads / layout.kvHeads();
        scaled = layout.type().isScaled();
        padded = (layout.headDim() + UNIT - 1) / UNIT * UNIT;
        int room = rows(group) * group;
        queries = Scratch.allocate((long) FEW_QUERIES * STRIDE);
        scores = Scratch.allocate((long) room * STRIDE);
        keys = Scratch.allocate((long) (PAGE + PANEL) * layout.headDim());
        values = Scratch.allocate((long) (padded + PANEL) * PAGE);
        sumsWidth = (padded + PANEL - 1) / PANEL * PANEL;
        sums = Scratch.allocate((long) room * sumsWidth);
        int tiles = (room + KERNELS.tileRows() - 1) / KERNELS.tileRows();
        queryRows = new float[tiles * KERNELS.tileRows() * STRIDE];
        weightRows = new float[tiles * KERNELS.tileRows() * STRIDE];
        chunk = new float[room * record(layout)];
        total = new float[room * record(layout)];
    }

    /** Off-heap floats of a block. */
    static long floats(KvLayout layout, int heads) {
        long room = (long) rows(heads / layout.kvHeads()) * (heads / layout.kvHeads());
        long padded = record(layout) - 2L;
        long sums = (padded + PANEL - 1) / PANEL * PANEL;
        return FEW_QUERIES * STRIDE
                + room * (STRIDE + sums)
                + (long) (PAGE + PANEL) * layout.headDim()
                + (padded + PANEL) * PAGE;
    }

    /** Off-heap bytes that this one holds. */
    long bytes() {
        return queries.byteSize()
                + scores.byteSize()
                + keys.byteSize()
                + values.byteSize()
                + sums.byteSize();
    }

    /** Rows of q in a block. */
    static int rows(int group) {
        return Math.max(1, QUERIES / group);
    }

    /**
     * Floats of a query's state: the weighted values, then the maximum and the sum of the weights.
     */
    static int record(KvLayout layout) {
        return (layout.headDim() + UNIT - 1) / UNIT * UNIT + 2;
    }

    /** Starts with rows of q and the query heads of one KV head. */
    void begin(Rows q, int firstRow, int rows, int head) {
        this.head = head;
        this.firstRow = firstRow;
        count = rows * group;
        int dim = layout.headDim();
        float scale = (float) (1 / Math.sqrt(dim));
        for (int i = 0; i < count; i++) {
            int from = q.offset(firstRow + i / group) + (head * group + i % group) * dim;
            System.arraycopy(q.data(), from, queryRows, STRIDE * i, dim);
            KERNELS.scale(queryRows, STRIDE * i, dim, scale);
        }
        if (count <= FEW_QUERIES) {
            MemorySegment.copy(queryRows, 0, queries, JAVA_FLOAT, 0, STRIDE * count);
        }
        clear(total);
    }

    private void clear(float[] state) {
        int record = padded + 2;
        Arrays.fill(state, 0, count * record, 0);
        for (int i = 0; i < count; i++) {
            state[i * record + padded] = Float.NEGATIVE_INFINITY;
        }
    }

    /** Attends to the pages of one chunk; the first query row may use slots 0 to {@code first}. */
    void attend(KvPages pages, int number, int first) {
        clear(chunk);
        Scratch.clear(sums, 0, sumsWidth * count);
        int slots = first + (count - 1) / group + 1;
        int end = Math.min((number + 1) * CHUNK * PAGE, slots);
        for (int start = number * CHUNK * PAGE; start < end; start += PAGE) {
            MemorySegment page = pages.page(start / PAGE);
            int filled = Math.min(PAGE, end - start);
            score(page, filled);
            for (int i = 0; i < count; i++) {
                weigh(page, i, Math.min(filled, first + i / group + 1 - start), filled);
            }
            sumValues(page, filled);
        }
        for (int i = 0; i < count; i++) {
            MemorySegment.copy(
                    sums, JAVA_FLOAT, 4L * sumsWidth * i, chunk, i * (padded + 2), padded);
        }
    }

    /** Computes the scores of the first {@code filled} slots of a page. */
    private void score(MemorySegment page, int filled) {
        tile.a = queries;
        tile.rows = queryRows;
        tile.c = scores;
        tile.fresh = true;
        tile.depth = layout.headDim();
        tile.rowStep = ROW;
        int units = (filled + UNIT - 1) / UNIT;
        multiply(page, layout.key(head, 0, 0), units, layout.headDim(), keys);
    }

    /** Adds weighted values of the first {@code filled} slots of a page. */
    private void sumValues(MemorySegment page, int filled) {
        tile.a = scores;
        tile.rows = weightRows;
        for (int i = 0; i < count && count > FEW_QUERIES; i++) {
            MemorySegment.copy(scores, JAVA_FLOAT, ROW * i, weightRows, STRIDE * i, filled);
        }
        tile.c = sums;
        tile.fresh = false;
        tile.depth = filled;
        tile.rowStep = 4L * sumsWidth;
        multiply(page, layout.value(head, 0, 0), padded / UNIT, PAGE, values);
    }

    /**
     * Multiplies by units of 16 columns of a page. Few queries read them where they are; many first
     * turn them into panels.
     *
     * @param length rows of a unit in the page, of which the first {@code tile.depth} are used
     */
    private void multiply(
            MemorySegment page, long from, int units, int length, MemorySegment panels) {
        long unit = (long) UNIT * length * layout.type().bytes();
        if (count > FEW_QUERIES) {
            multiplyPanels(page, from, units, unit, panels);
            return;
        }
        tile.b = page;
        int quads = KERNELS.takesQuads(count, layout.type().dtype()) ? units / 4 : 0;
        for (int i = 0; i < quads; i++) { // four streams, each through neighbouring units
            tile.a0 = 0;
            tile.c0 = 4L * UNIT * i;
            long first = from + i * unit;
            KERNELS.pageQuad(tile, layout.type().dtype(), first, quads * unit, 4L * UNIT * quads);
        }
        for (int column = 4 * quads * UNIT; column < units * UNIT; column += PANEL) {
            tile.a0 = 0;
            tile.c0 = 4L * column;
            KERNELS.pageProduct(
                    tile,
                    count,
                    layout.type().dtype(),
                    from + offset(column, unit),
                    from + offset(second(column, units), unit));
        }
    }

    private void multiplyPanels(
            MemorySegment page, long from, int units, long unit, MemorySegment panels) {
        DType dtype = layout.type().dtype();
        tile.b = panels;
        for (int column = 0; column < units * UNIT; column += PANEL) {
            tile.c0 = 4L * column;
            tile.b0 = 4L * column * tile.depth;
            KERNELS.panel(
                    page,
                    dtype,
                    from + offset(column, unit),
                    from + offset(second(column, units), unit),
                    (long) UNIT * dtype.bytes(),
                    tile.depth,
                    panels,
                    tile.b0);
            KERNELS.product(tile, count, true);
        }
    }

    /** Column of a panel's second vector; behind the end, something that is not used. */
    private static int second(int column, int units) {
        return Math.min(column + LANES, units * UNIT - LANES);
    }

    /** Bytes from the first unit to a column. */
    private long offset(int column, long unit) {
        return column / UNIT * unit + (long) (column % UNIT) * layout.type().bytes();
    }

    /** Turns a query's scores into weights relative to its running maximum. */
    private void weigh(MemorySegment page, int query, int slots, int filled) {
        long at = ROW * query;
        int record = padded + 2;
        int state = query * record;
        if (slots > 0) {
            if (scaled) { // scores were made of codes, and so will the sums of values be
                KERNELS.multiply(scores, at, page, layout.keyScale(head, 0), slots);
            }
            float before = chunk[state + padded];
            float max = Math.max(before, KERNELS.max(scores, at, slots));
            float sum = KERNELS.expAndSum(scores, at, slots, max);
            if (max > before) {
                float factor = Exp.of(before - max);
                KERNELS.scale(sums, 4L * sumsWidth * query, padded, factor);
                chunk[state + padded + 1] *= factor;
            }
            chunk[state + padded] = max;
            chunk[state + padded + 1] += sum;
            if (scaled) {
                KERNELS.multiply(scores, at, page, layout.valueScale(head, 0), slots);
            }
        }
        int unused = filled - Math.max(0, slots);
        Scratch.clear(scores, at + 4L * (filled - unused), unused);
    }

    /** Floats that {@link #save} writes. */
    int size() {
        return count * (padded + 2);
    }

    /** Copies the state of the chunk last attended to. */
    void save(float[] to, int at) {
        System.arraycopy(chunk, 0, to, at, size());
    }

    /** Adds the chunk last attended to. */
    void fold() {
        fold(chunk, 0);
    }

    /** Adds a saved chunk; chunks must come in order. */
    void fold(float[] saved, int from) {
        int record = padded + 2;
        for (int i = 0; i < count; i++) {
            int state = i * record;
            int other = from + state;
            float otherMax = saved[other + padded];
            if (otherMax == Float.NEGATIVE_INFINITY) {
                continue; // behind the query's own slot
            }
            if (total[state + padded] == Float.NEGATIVE_INFINITY) { // the first one
                System.arraycopy(saved, other, total, state, record);
                continue;
            }
            float max = Math.max(total[state + padded], otherMax);
            float keep = Exp.of(total[state + padded] - max);
            float take = Exp.of(otherMax - max);
            for (int d = 0; d < padded; d++) {
                total[state + d] = Math.fma(saved[other + d], take, total[state + d] * keep);
            }
            float sum = total[state + padded + 1] * keep;
            total[state + padded + 1] = Math.fma(saved[other + padded + 1], take, sum);
            total[state + padded] = max;
        }
    }

    /** Divides by the sum of the weights. */
    void finish(Rows out) {
        int dim = layout.headDim();
        for (int i = 0; i < count; i++) {
            int state = i * (padded + 2);
            int to = out.offset(firstRow + i / group) + (head * group + i % group) * dim;
            System.arraycopy(total, state, out.data(), to, dim);
            KERNELS.scale(out.data(), to, dim, 1 / total[state + padded + 1]);
        }
    }
}
