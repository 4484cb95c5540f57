package dev.altiplano.kernels;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import dev.altiplano.kernels.internal.Exp;
import dev.altiplano.kernels.internal.KernelSet;
import dev.altiplano.kernels.internal.KernelSets;
import dev.altiplano.kernels.internal.TileOperands;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * One worker's attention of some query rows to one KV head, page by page with a running maximum.
 *
 * <p>A query is a row of q together with one of the query heads that share the KV head. Many
 * queries are several bands, which share what was decoded of a page. Pages are summed up in chunks
 * of {@link #CHUNK} pages, each from nothing, and the chunks are folded in order: the bits are the
 * same whether one worker takes all chunks or each is computed apart.
 */
final class AttentionBlock {
    /** Pages per chunk. */
    static final int CHUNK = 4;

    /** Up to so many queries read keys and values where they are stored. */
    private static final int FEW_QUERIES = 5;

    /**
     * Queries of a band at most, unless a KV head has more query heads; fills tiles of 5 and 12
     * rows.
     */
    private static final int QUERIES = 120;

    /** Bands of a block at most: what they share is then a twentieth of the time. */
    static final int MOST_BANDS = 4;

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
    private final int band;
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
        padded = record(layout) - 2;
        band = queries(group);
        int room = MOST_BANDS * band;
        int tileRows = KERNELS.tileRows();
        queries = Scratch.allocate((long) FEW_QUERIES * STRIDE);
        queryRows = new float[(room + tileRows) * STRIDE];
        scores = Scratch.allocate((long) band * STRIDE);
        weightRows = new float[(band + tileRows) * STRIDE];
        keys = Scratch.allocate((long) (PAGE + PANEL) * layout.headDim());
        values = Scratch.allocate((long) (padded + PANEL) * PAGE);
        sumsWidth = (padded + PANEL - 1) / PANEL * PANEL;
        sums = Scratch.allocate((long) room * sumsWidth);
        chunk = new float[room * record(layout)];
        total = new float[room * record(layout)];
    }

    /** Off-heap floats of a block. */
    static long floats(KvLayout layout, int heads) {
        long band = queries(heads / layout.kvHeads());
        long padded = record(layout) - 2L;
        long sums = (padded + PANEL - 1) / PANEL * PANEL;
        return (FEW_QUERIES + band) * STRIDE
                + MOST_BANDS * band * sums
                + (long) (PAGE + PANEL) * layout.headDim()
                + (padded + PANEL) * PAGE;
    }

    /** Floats of a block on the heap. */
    static long heapFloats(KvLayout layout, int heads) {
        long band = queries(heads / layout.kvHeads());
        long tiles = 2L * KERNELS.tileRows();
        return ((MOST_BANDS + 1) * band + tiles) * STRIDE + 2 * MOST_BANDS * band * record(layout);
    }

    /** Off-heap bytes that this one holds. */
    long bytes() {
        return queries.byteSize()
                + scores.byteSize()
                + keys.byteSize()
                + values.byteSize()
                + sums.byteSize();
    }

    /** Rows of q in a band. */
    static int rows(int group) {
        return Math.max(1, QUERIES / group);
    }

    /** Queries of a band. */
    private static int queries(int group) {
        return rows(group) * group;
    }

    /**
     * Floats of a query's state: the weighted values, then the maximum and the sum of the weights.
     */
    static int record(KvLayout layout) {
        return units(layout.headDim()) * UNIT + 2;
    }

    /**
     * Starts with up to {@link #MOST_BANDS} bands of rows of q and the query heads of one KV head.
     */
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
            if (count <= FEW_QUERIES) {
                MemorySegment.copy(queryRows, STRIDE * i, queries, JAVA_FLOAT, ROW * i, dim);
            }
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
        int opening = number * CHUNK * PAGE;
        int slots = first + (count - 1) / group + 1;
        int end = Math.min(opening + CHUNK * PAGE, slots);
        for (int start = opening; start < end; start += PAGE) {
            MemorySegment page = pages.page(start / PAGE);
            int filled = Math.min(PAGE, end - start);
            if (count > FEW_QUERIES) {
                decode(page, filled);
            }
            for (int from = 0; from < count; from += band) {
                int to = Math.min(from + band, count);
                int seen = Math.min(filled, first + (to - 1) / group + 1 - start);
                if (seen > 0) {
                    score(page, from, to, seen);
                    for (int i = from; i < to; i++) {
                        weigh(page, i, Math.min(seen, first + i / group + 1 - start), seen);
                    }
                    sumValues(page, from, to, seen, filled, start == opening);
                }
            }
        }
        for (int i = 0; i < count; i++) { // of a query that saw nothing, whatever lies there
            MemorySegment.copy(
                    sums, JAVA_FLOAT, 4L * sumsWidth * i, chunk, i * (padded + 2), padded);
        }
    }

    /** Turns the keys and values of a page into panels. */
    private void decode(MemorySegment page, int filled) {
        int dim = layout.headDim();
        decodeUnits(page, layout.key(head, 0, 0), units(filled), dim, dim, keys);
        decodeUnits(page, layout.value(head, 0, 0), padded / UNIT, PAGE, filled, values);
    }

    /**
     * Turns units of 16 columns into panels.
     *
     * @param length rows of a unit in the page
     * @param depth those that are used
     */
    private void decodeUnits(
            MemorySegment page, long from, int units, int length, int depth, MemorySegment panels) {
        DType dtype = layout.type().dtype();
        long unit = (long) UNIT * length * dtype.bytes();
        long stride = (long) UNIT * dtype.bytes();
        for (int column = 0; column < units * UNIT; column += PANEL) {
            long first = from + offset(column, unit);
            long second = from + offset(second(column, units), unit);
            long at = 4L * column * depth;
            KERNELS.panel(page, dtype, first, second, stride, depth, panels, at);
        }
    }

    private static int units(int columns) {
        return (columns + UNIT - 1) / UNIT;
    }

    /** Computes the scores of the first {@code seen} slots of a page for queries of a band. */
    private void score(MemorySegment page, int from, int to, int seen) {
        int dim = layout.headDim();
        tile.c = scores;
        tile.fresh = true;
        tile.depth = dim;
        tile.rowStep = ROW;
        if (count <= FEW_QUERIES) {
            tile.a = queries;
            multiplyStored(page, layout.key(head, 0, 0), units(seen), dim);
        } else {
            tile.rows = queryRows;
            tile.row0 = from * STRIDE;
            multiplyPanels(keys, dim, units(seen) * UNIT, 0, to - from);
        }
    }

    /**
     * Adds weighted values of the first {@code seen} slots of a page.
     *
     * @param filled rows of the panels
     * @param fresh whether there are no sums yet
     */
    private void sumValues(
            MemorySegment page, int from, int to, int seen, int filled, boolean fresh) {
        tile.c = sums;
        tile.fresh = fresh;
        tile.depth = seen;
        tile.rowStep = 4L * sumsWidth;
        if (count <= FEW_QUERIES) {
            tile.a = scores;
            multiplyStored(page, layout.value(head, 0, 0), padded / UNIT, PAGE);
        } else {
            tile.rows = weightRows;
            tile.row0 = 0;
            for (int i = 0; i < to - from; i++) {
                MemorySegment.copy(scores, JAVA_FLOAT, ROW * i, weightRows, STRIDE * i, seen);
            }
            multiplyPanels(values, filled, padded, from * tile.rowStep, to - from);
        }
    }

    /**
     * Multiplies few queries by units of 16 columns where they are stored.
     *
     * @param length rows of a unit in the page, of which the first {@code tile.depth} are used
     */
    private void multiplyStored(MemorySegment page, long from, int units, int length) {
        DType dtype = layout.type().dtype();
        long unit = (long) UNIT * length * dtype.bytes();
        tile.b = page;
        int quads = KERNELS.takesQuads(count, dtype) ? units / 4 : 0;
        for (int i = 0; i < quads; i++) { // four streams, each through neighbouring units
            tile.a0 = 0;
            tile.c0 = 4L * UNIT * i;
            long first = from + i * unit;
            KERNELS.pageQuad(tile, dtype, first, quads * unit, 4L * UNIT * quads);
        }
        for (int column = 4 * quads * UNIT; column < units * UNIT; column += PANEL) {
            tile.a0 = 0;
            tile.c0 = 4L * column;
            long first = from + offset(column, unit);
            long second = from + offset(second(column, units), unit);
            KERNELS.pageProduct(tile, count, dtype, first, second);
        }
    }

    /**
     * Multiplies a band by panels.
     *
     * @param length rows of a panel, of which the first {@code tile.depth} are used
     * @param at first byte of the results
     */
    private void multiplyPanels(MemorySegment panels, int length, int columns, long at, int rows) {
        tile.b = panels;
        for (int column = 0; column < columns; column += PANEL) {
            tile.b0 = 4L * column * length;
            tile.c0 = at + 4L * column;
            KERNELS.product(tile, rows, true);
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

    /**
     * Turns a query's scores into weights relative to its running maximum.
     *
     * @param slots that it may see
     * @param seen by its band
     */
    private void weigh(MemorySegment page, int query, int slots, int seen) {
        long at = ROW * (query % band);
        int state = query * (padded + 2);
        if (slots > 0) {
            if (scaled) { // scores were made of codes, and so will the sums of values be
                KERNELS.multiply(scores, at, page, layout.keyScale(head, 0), slots);
            }
            float before = chunk[state + padded];
            float max = Math.max(before, KERNELS.max(scores, at, slots));
            float sum = KERNELS.expAndSum(scores, at, slots, max);
            if (before == Float.NEGATIVE_INFINITY) {
                chunk[state + padded + 1] = sum;
            } else {
                if (max > before) {
                    float factor = Exp.of(before - max);
                    KERNELS.scale(sums, 4L * sumsWidth * query, padded, factor);
                    chunk[state + padded + 1] *= factor;
                }
                chunk[state + padded + 1] += sum;
            }
            chunk[state + padded] = max;
            if (scaled) {
                KERNELS.multiply(scores, at, page, layout.valueScale(head, 0), slots);
            }
        }
        int unused = seen - Math.max(0, slots);
        Scratch.clear(scores, at + 4L * (seen - unused), unused);
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
