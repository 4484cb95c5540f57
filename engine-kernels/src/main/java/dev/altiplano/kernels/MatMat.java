package dev.altiplano.kernels;

import dev.altiplano.kernels.internal.KernelSet;
import dev.altiplano.kernels.internal.KernelSets;
import dev.altiplano.kernels.internal.TileOperands;
import dev.altiplano.kernels.internal.Weights;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * Products with several rows. A block of weights is turned into FP32 once, small enough to stay in the
 * second-level cache, and a register tile then runs over all rows.
 *
 * <p>The tile multiplies single values of its left operand with vectors of its right one. With
 * output-major weights the left operand is a weight row and a vector holds several activation rows; with
 * input-major weights it is an activation row and a vector holds several outputs. Neither kind of weight
 * is transposed.
 *
 * <p>Every result is the sum of partial sums over {@link #DEPTH} inputs in order, each one chain in order:
 * it depends neither on the other rows nor on threads, blocks and tiles.
 */
final class MatMat {
    /** Inputs per block. */
    static final int DEPTH = TileOperands.STRIDE;

    private static final ValueLayout.OfFloat FLOAT =
            ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final KernelSet KERNELS = KernelSets.BEST;
    private static final int LANES = KERNELS.lanes();

    /** Columns of a panel: what one register tile is wide. */
    static final int PANEL = 2 * LANES;

    /** Weight rows of a band, with output-major weights. */
    private static final int BAND_ROWS = 8 * KERNELS.tileRows();

    /** Panels of a band, with input-major weights. */
    private static final int BAND_PANELS = 8;

    /** Activation rows laid out at once, with input-major weights. */
    private static final int GROUP = 8 * KERNELS.tileRows();

    private MatMat() {}

    /** Panels {@code [inputs, up to PANEL rows]}, one after the other: element by element side by side. */
    static void pack(Worker w, Rows x) {
        int panels = (x.count() + PANEL - 1) / PANEL;
        int blocks = (x.width() + DEPTH - 1) / DEPTH;
        MemorySegment packed = x.packed();
        for (int item; (item = w.next(panels * blocks)) >= 0; ) {
            int row = item / blocks * PANEL;
            int rows = Math.min(PANEL, x.count() - row);
            int from = item % blocks * DEPTH;
            int to = Math.min(from + DEPTH, x.width());
            for (int r = 0; r < rows; r++) {
                long at = x.offset(row) + (long) from * rows + r;
                int start = x.offset(row + r);
                for (int k = start + from; k < start + to; k++) {
                    packed.set(FLOAT, 4 * at, x.data()[k]);
                    at += rows;
                }
            }
        }
    }

    static void outputMajor(Worker w, Matrix m, Rows x, Rows y, int column) {
        int rows = bandRows(w, m.outputs());
        int bands = (m.outputs() + rows - 1) / rows;
        int padded = (x.count() + PANEL - 1) / PANEL * PANEL;
        TileOperands t = w.scratch.tile;
        for (int band; (band = w.next(bands)) >= 0; ) {
            int row = band * rows;
            int count = Math.min(rows, m.outputs() - row);
            float[] weights = w.scratch.left(rows * DEPTH);
            float[] sums = w.scratch.result(rows * padded);
            Arrays.fill(sums, 0, count * padded, 0);
            for (int k = 0; k < m.inputs(); k += DEPTH) {
                t.depth = Math.min(DEPTH, m.inputs() - k);
                decodeRows(m, row, count, k, t.depth, weights);
                t.a = weights;
                t.c = sums;
                timesPanels(w.scratch, count, x, k);
            }
            unpack(sums, count, y, column + row);
        }
    }

    private static int bandRows(Worker w, int outputs) {
        int tile = KERNELS.tileRows();
        int shared = (outputs + 3 * w.count() - 1) / (3 * w.count());
        return Math.min(BAND_ROWS, (shared + tile - 1) / tile * tile);
    }

    private static void decodeRows(Matrix m, int row, int count, int k, int depth, float[] out) {
        int bytes = m.dtype().bytes();
        for (int r = 0; r < count; r++) {
            long offset = ((long) (row + r) * m.inputs() + k) * bytes;
            KERNELS.decode(m.data(), m.dtype(), offset, out, r * DEPTH, depth);
        }
    }

    /** Adds the products of {@code count} weight rows and all activation rows, inputs k and following. */
    private static void timesPanels(Scratch scratch, int count, Rows x, int k) {
        TileOperands t = scratch.tile;
        t.rowStep = PANEL;
        for (int row = 0; row < x.count(); row += PANEL) {
            int wide = Math.min(PANEL, x.count() - row);
            t.b = x.packed();
            t.b0 = 4L * (x.offset(row) + (long) k * wide);
            if (wide < PANEL) {
                MemorySegment spread = scratch.right((long) PANEL * DEPTH);
                KERNELS.spread(t.b, t.b0, wide, t.depth, spread);
                t.b = spread;
                t.b0 = 0;
            }
            t.a0 = 0;
            t.c0 = row * count;
            KERNELS.product(t, count, wide > LANES);
        }
    }

    /** Copies {@code [panel][count][PANEL]} to columns of y. */
    private static void unpack(float[] sums, int count, Rows y, int column) {
        float[] data = y.data();
        for (int r = 0; r < y.count(); r++) {
            int at = y.offset(r) + column;
            int from = r / PANEL * PANEL * count + r % PANEL;
            for (int o = 0; o < count; o++) {
                data[at + o] = sums[from + o * PANEL];
            }
        }
    }

    static void inputMajor(Worker w, Matrix m, Rows x, Rows y, int column) {
        int panels = bandPanels(w, m.outputs());
        int columns = panels * PANEL;
        int bands = (m.outputs() + columns - 1) / columns;
        MemorySegment weights = w.scratch.right((long) panels * PANEL * DEPTH);
        for (int band; (band = w.next(bands)) >= 0; ) {
            int first = band * columns;
            int count = Math.min(columns, m.outputs() - first);
            for (int r = 0; r < y.count(); r++) {
                int at = y.offset(r) + column + first;
                Arrays.fill(y.data(), at, at + count, 0);
            }
            for (int k = 0; k < m.inputs(); k += DEPTH) {
                int depth = Math.min(DEPTH, m.inputs() - k);
                decodeColumns(m, k, depth, first, count, weights);
                for (int row = 0; row < x.count(); row += GROUP) {
                    copyRows(x, row, k, depth, w.scratch);
                    w.scratch.tile.b = weights;
                    int rows = Math.min(GROUP, x.count() - row);
                    timesColumns(w.scratch, rows, count, y, y.offset(row) + column + first);
                }
            }
        }
    }

    private static int bandPanels(Worker w, int outputs) {
        int panels = (outputs + PANEL - 1) / PANEL;
        return Math.min(BAND_PANELS, (panels + 3 * w.count() - 1) / (3 * w.count()));
    }

    private static void decodeColumns(
            Matrix m, int k, int depth, int first, int count, MemorySegment out) {
        int whole = count / PANEL;
        KERNELS.columns(m, k, depth, first, whole, out);
        int bytes = m.dtype().bytes();
        for (int i = 0; i < depth; i++) {
            long from = (long) (k + i) * m.outputs() + first;
            for (int j = whole * PANEL; j < count; j++) {
                float weight = Weights.at(m.data(), m.dtype(), (from + j) * bytes);
                out.set(FLOAT, 4L * ((whole * DEPTH + i) * PANEL + j % PANEL), weight);
            }
        }
    }

    /** Lays up to {@link #GROUP} activation rows out with a constant stride. */
    private static void copyRows(Rows x, int row, int k, int depth, Scratch scratch) {
        int rows = Math.min(GROUP, x.count() - row);
        float[] left = scratch.left(GROUP * DEPTH);
        for (int r = 0; r < rows; r++) {
            System.arraycopy(x.data(), x.offset(row + r) + k, left, r * DEPTH, depth);
        }
        scratch.tile.a = left;
        scratch.tile.depth = depth;
    }

    private static void timesColumns(Scratch scratch, int rows, int count, Rows y, int at) {
        TileOperands t = scratch.tile;
        t.c = y.data();
        t.rowStep = y.width();
        int whole = count / PANEL;
        for (int p = 0; p < whole; p++) {
            t.a0 = 0;
            t.b0 = 4L * p * DEPTH * PANEL;
            t.c0 = at + p * PANEL;
            KERNELS.product(t, rows, true);
        }
        int rest = count - whole * PANEL;
        if (rest > 0) {
            t.b0 = 4L * whole * DEPTH * PANEL;
            lastColumns(scratch, rows, rest, y, at + whole * PANEL);
        }
    }

    /** The columns behind the last whole panel: their results do not fill the tile. */
    private static void lastColumns(Scratch scratch, int rows, int rest, Rows y, int at) {
        TileOperands t = scratch.tile;
        float[] sums = scratch.result(GROUP * PANEL);
        Arrays.fill(sums, 0, rows * PANEL, 0);
        t.a0 = 0;
        t.c = sums;
        t.c0 = 0;
        t.rowStep = PANEL;
        KERNELS.product(t, rows, rest > LANES);
        for (int r = 0; r < rows; r++) {
            KERNELS.add(y.data(), at + r * y.width(), sums, r * PANEL, rest);
        }
    }
}
