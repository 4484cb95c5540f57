package dev.altiplano.kernels;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.nio.ByteOrder.LITTLE_ENDIAN;

import dev.altiplano.kernels.internal.InputOrder;
import dev.altiplano.kernels.internal.KernelSet;
import dev.altiplano.kernels.internal.KernelSets;
import dev.altiplano.kernels.internal.TileOperands;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Products with several rows. A block of weights is turned into FP32 once, small enough to stay in
 * a cache, and a register tile then runs over all rows.
 *
 * <p>The tile multiplies single values of its left operand with vectors of its right one. With
 * output-major weights the left operand is a weight row and a vector holds several activation rows;
 * with input-major weights it is an activation row and a vector holds several outputs. Neither kind
 * of weight is transposed.
 *
 * <p>Every result is the sum of partial sums over {@link #DEPTH} inputs in order, each one chain in
 * an order that its matrix alone decides: it depends neither on the other rows nor on threads,
 * blocks and tiles.
 */
final class MatMat {
    /** Inputs per block. */
    static final int DEPTH = TileOperands.STRIDE;

    private static final ValueLayout.OfFloat FLOAT =
            ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(LITTLE_ENDIAN);
    private static final KernelSet KERNELS = KernelSets.BEST;
    private static final int LANES = KERNELS.lanes();

    /** Columns of a panel: what one register tile is wide. */
    static final int PANEL = 2 * LANES;

    /** Rows of a register tile. */
    private static final int TILE = KERNELS.tileRows();

    /** Weight rows of a band, output-major: so many use what is loaded of the activations. */
    static final int BAND_ROWS = 24 * TILE;

    /** Floats of activations that stay in the second-level cache. */
    private static final int CACHED = 1 << 18;

    /** Activation rows of which it holds a block of inputs. */
    static final int CACHED_ROWS = CACHED / DEPTH / PANEL * PANEL;

    /** Columns of a band, input-major, whose sums stay in the cache whatever the rows. */
    private static final int LEAST_COLUMNS = 512;

    /** Columns of a band at most: the longer the pieces of weight rows, the faster they come. */
    private static final int MOST_COLUMNS = 2048;

    /** Floats of sums of a band wider than {@link #LEAST_COLUMNS} at most. */
    private static final int SUMS = 1 << 17;

    /** Floats of decoded weights at most: the second-level cache holds them and sums. */
    static final int DECODED = 1 << 18;

    /** Bytes of a cache line. */
    private static final int LINE = 64;

    /** Inputs of a panel that are packed at once. */
    private static final int PIECE = 64;

    private MatMat() {}

    /**
     * Panels {@code [inputs, up to PANEL rows]}, one after the other: element by element side by
     * side.
     */
    static void pack(Worker w, Rows x) {
        int panels = (x.count() + PANEL - 1) / PANEL;
        int blocks = (x.width() + DEPTH - 1) / DEPTH;
        MemorySegment packed = x.packed();
        for (int item; (item = w.next(panels * blocks)) >= 0; ) {
            int row = item / blocks * PANEL;
            int rows = Math.min(PANEL, x.count() - row);
            int from = item % blocks * DEPTH;
            int to = Math.min(from + DEPTH, x.width());
            for (int k = from; k < to; k += PIECE) {
                packPiece(x, row, rows, k, Math.min(k + PIECE, to), packed);
            }
        }
    }

    /** Inputs of one panel; so few that what is written stays in the first-level cache. */
    private static void packPiece(
            Rows x, int row, int rows, int from, int to, MemorySegment packed) {
        for (int r = 0; r < rows; r++) {
            long at = x.offset(row) + (long) from * rows + r;
            int start = x.offset(row + r);
            for (int k = start + from; k < start + to; k++) {
                packed.set(FLOAT, 4 * at, x.data()[k]);
                at += rows;
            }
        }
    }

    /** More activation rows than the cache holds meet the weights in several parts. */
    static void outputMajor(Worker w, Matrix m, Rows x, Rows y, int column) {
        int parts = (x.count() + CACHED_ROWS - 1) / CACHED_ROWS;
        int rows = ((x.count() + parts - 1) / parts + PANEL - 1) / PANEL * PANEL;
        for (int row = 0; row < x.count(); row += rows) {
            int count = Math.min(rows, x.count() - row);
            outputMajorPart(w, m, part(x, row, count), part(y, row, count), column);
        }
    }

    /** All rows as they are, so that nothing is allocated, or a view of some. */
    private static Rows part(Rows rows, int from, int count) {
        return count == rows.count() ? rows : rows.part(from, count);
    }

    /**
     * A tile's weight rows are decoded where the first-level cache holds them, and meet all
     * activation rows with as many inputs as the second-level cache holds: in runs as long as that
     * allows, because longer runs of weights are read faster from memory.
     */
    private static void outputMajorPart(Worker w, Matrix m, Rows x, Rows y, int column) {
        Scratch scratch = w.scratch;
        int padded = (x.count() + PANEL - 1) / PANEL * PANEL;
        int run = Math.max(DEPTH, CACHED / padded / DEPTH * DEPTH);
        int rows = bandRows(w, m.outputs());
        int bands = (m.outputs() + rows - 1) / rows;
        TileOperands t = scratch.tile;
        t.begin(scratch.floats(TILE * DEPTH));
        boolean spread = x.count() == padded; // nothing to do when all panels are full
        for (int band; (band = w.next(bands)) >= 0; ) {
            int first = band * rows;
            int count = Math.min(rows, m.outputs() - first);
            if (!spread) {
                spreadLastPanel(scratch, x);
                spread = true;
            }
            t.c = scratch.result((long) rows * padded);
            t.c.asSlice(0, 4L * count * padded).fill((byte) 0);
            t.rowStep = 4L * PANEL;
            for (int from = 0; from < m.inputs(); from += run) {
                int to = Math.min(from + run, m.inputs());
                for (int row = 0; row < count; row += TILE) {
                    timesPanels(scratch, m, first, row, count, x, from, to);
                }
            }
            unpack(t.c, count, y, column + first);
        }
    }

    /** Copies the panel that rows do not fill to where it has the width of the others. */
    private static void spreadLastPanel(Scratch scratch, Rows x) {
        int row = x.count() / PANEL * PANEL;
        MemorySegment panel = scratch.right((long) PANEL * x.width());
        KERNELS.spread(x.packed(), 4L * x.offset(row), x.count() - row, x.width(), panel);
    }

    private static int bandRows(Worker w, int outputs) {
        int needed = Math.max(3 * w.count(), (outputs + BAND_ROWS - 1) / BAND_ROWS);
        int bands = (needed + w.count() - 1) / w.count() * w.count(); // as many for each worker
        return ((outputs + bands - 1) / bands + TILE - 1) / TILE * TILE;
    }

    /**
     * Adds the products of a tile's weight rows.
     *
     * @param first row of the matrix where the band begins
     * @param row of the band, where the tile begins
     * @param count rows of the band
     * @param from first input
     * @param to behind the last input
     */
    private static void timesPanels(
            Scratch scratch, Matrix m, int first, int row, int count, Rows x, int from, int to) {
        TileOperands t = scratch.tile;
        int rows = Math.min(TILE, count - row);
        if (m.dtype().bits() < 8) {
            scratch.touched += touch(m, first + row, rows, from, to);
        }
        for (int k = from; k < to; k += DEPTH) {
            t.depth = Math.min(DEPTH, to - k);
            KERNELS.decodeRows(m, first + row, rows, k, t.depth, t.rows, 0, t.scales);
            for (int token = 0; token < x.count(); token += PANEL) {
                int wide = Math.min(PANEL, x.count() - token);
                t.b = x.packed();
                t.b0 = 4L * (x.offset(token) + (long) k * wide);
                if (wide < PANEL) {
                    t.b = scratch.right((long) PANEL * x.width());
                    t.b0 = 4L * PANEL * k;
                }
                t.c0 = 4L * (token * count + row * PANEL);
                KERNELS.product(t, rows, wide > LANES);
            }
        }
    }

    /**
     * Reads a byte of every cache line. Of codes of four bits a row has four lines in a block of
     * inputs, and a decoder that waits for them one row after the other asks memory for too few at
     * a time.
     *
     * @param row of the matrix
     */
    private static int touch(Matrix m, int row, int rows, int from, int to) {
        int bits = m.dtype().bits();
        long start = row * m.rowBytes();
        long end = start + (long) to * bits / 8;
        int sum = 0;
        for (long at = start + (long) from * bits / 8; at < end; at += LINE) {
            for (int r = 0; r < rows; r++) {
                sum += m.data().get(JAVA_BYTE, at + r * m.rowBytes());
            }
        }
        return sum;
    }

    /** Copies {@code [panel][count][PANEL]} to columns of y. */
    private static void unpack(MemorySegment sums, int count, Rows y, int column) {
        float[] data = y.data();
        for (int r = 0; r < y.count(); r++) {
            int at = y.offset(r) + column;
            long from = 4L * (r / PANEL * PANEL * count + r % PANEL);
            for (int o = 0; o < count; o++) {
                data[at + o] = sums.get(FLOAT, from + 4L * PANEL * o);
            }
        }
    }

    /**
     * With few rows, sums of many columns fit the cache: then fewer inputs of more columns are
     * decoded at once, because memory is read faster in long pieces of rows. More than {@link
     * #CACHED_ROWS} rows meet a band in several parts, for each of which it is decoded again.
     */
    static void inputMajor(Worker w, Matrix m, Rows x, Rows y, int column) {
        int parts = (x.count() + CACHED_ROWS - 1) / CACHED_ROWS;
        int most = (x.count() + parts - 1) / parts;
        int columns = bandColumns(w, m.outputs(), most);
        int bands = (m.outputs() + columns - 1) / columns;
        for (int band; (band = w.next(bands)) >= 0; ) {
            int first = band * columns;
            int count = Math.min(columns, m.outputs() - first);
            for (int row = 0; row < x.count(); row += most) {
                int rows = Math.min(most, x.count() - row);
                timesBand(
                        w.scratch, m, first, count, part(x, row, rows), part(y, row, rows), column);
            }
            MatVec.scaleCodes(m, first, count, y, column + first);
        }
    }

    /** What {@link #inputMajor} keeps of results at most. */
    static long sumFloats(int rows) {
        int most = Math.min(rows, CACHED_ROWS);
        return (long) (mostColumns(most) + PANEL) * most;
    }

    /** Floats on the heap at most: incomplete sums and the left operand of a tile. */
    static long heapFloats() {
        return 2L * SUMS + (long) TILE * (DEPTH + MOST_COLUMNS);
    }

    private static int mostColumns(int rows) {
        return Math.clamp(SUMS / rows, LEAST_COLUMNS, MOST_COLUMNS);
    }

    private static int bandColumns(Worker w, int outputs, int rows) {
        int most = mostColumns(rows);
        int needed = Math.max(2 * w.count(), (outputs + most - 1) / most);
        int bands = (needed + w.count() - 1) / w.count() * w.count(); // as many for each worker
        return ((outputs + bands - 1) / bands + PANEL - 1) / PANEL * PANEL;
    }

    private static void timesBand(
            Scratch scratch, Matrix m, int first, int count, Rows x, Rows y, int column) {
        int panels = (count + PANEL - 1) / PANEL;
        int depth = Math.min(DEPTH, Integer.highestOneBit(DECODED / (panels * PANEL)));
        TileOperands t = scratch.tile;
        t.b = scratch.right((long) panels * PANEL * depth);
        t.c = scratch.result((long) panels * PANEL * x.count());
        t.c.asSlice(0, 4L * panels * PANEL * x.count()).fill((byte) 0);
        t.rowStep = 4L * PANEL;
        t.begin(scratch.floats(TILE * DEPTH));
        if (depth < DEPTH) {
            t.chains = scratch.chains(panels * PANEL * (x.count() + TILE));
        }
        for (int k = 0; k < m.inputs(); k += t.depth) {
            int end = Math.min(k / DEPTH * DEPTH + DEPTH, m.inputs());
            t.depth = Math.min(depth, end - k);
            t.starts = k % DEPTH == 0;
            t.ends = k + t.depth == end;
            decodeColumns(m, k, t.depth, first, count, t.b);
            timesColumns(t, x, k, count, KERNELS.inputOrder(m));
        }
        unpackPanels(t.c, count, y, column + first);
    }

    /** Adds the products of all activation rows, inputs k and following, and a band of columns. */
    private static void timesColumns(TileOperands t, Rows x, int k, int count, InputOrder order) {
        int padded = x.count() + TILE; // at least what the last tile computes
        for (int row = 0; row < x.count(); row += TILE) {
            int rows = Math.min(TILE, x.count() - row);
            for (int r = 0; r < rows; r++) {
                order.arrange(x.data(), x.offset(row + r) + k, t.depth, t.rows, DEPTH * r);
            }
            for (int column = 0; column < count; column += PANEL) {
                t.b0 = 4L * column * t.depth;
                t.c0 = 4L * (column * x.count() + row * PANEL);
                t.chain0 = column * padded + row * PANEL;
                KERNELS.product(t, rows, count - column > LANES);
            }
        }
    }

    /** Copies {@code [panel][row][PANEL]} to columns of y. */
    private static void unpackPanels(MemorySegment sums, int count, Rows y, int column) {
        for (int r = 0; r < y.count(); r++) {
            int at = y.offset(r) + column;
            for (int first = 0; first < count; first += PANEL) {
                long from = 4L * (first * y.count() + r * PANEL);
                int columns = Math.min(PANEL, count - first);
                MemorySegment.copy(sums, JAVA_FLOAT, from, y.data(), at + first, columns);
            }
        }
    }

    private static void decodeColumns(
            Matrix m, int k, int depth, int first, int count, MemorySegment out) {
        int whole = count / PANEL;
        InputOrder order = KERNELS.inputOrder(m);
        KERNELS.columns(m, k, depth, first, whole, out);
        for (int i = 0; i < depth; i++) { // what does not fill a panel
            int input = k + order.input(i, depth);
            for (int j = whole * PANEL; j < count; j++) {
                float weight = KERNELS.code(m, first + j, input);
                out.set(FLOAT, 4L * ((whole * depth + i) * PANEL + j % PANEL), weight);
            }
        }
    }
}
