package dev.altiplano.kernels;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import dev.altiplano.kernels.internal.DotOperands;
import dev.altiplano.kernels.internal.KernelSet;
import dev.altiplano.kernels.internal.KernelSets;
import dev.altiplano.kernels.internal.SumOperands;
import dev.altiplano.kernels.internal.TileOperands;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/** Products with one row or a few: every weight is read once, so memory sets the pace. */
final class MatVec {
    /** Bytes of weights per item: about 50 us of reading for one thread. */
    private static final int ITEM_BYTES = 1 << 19;

    /** Below this, claiming an item costs more than an idle worker. */
    private static final int LEAST_ITEM_BYTES = 1 << 14;

    private static final int LEAST_COLUMNS = 256;

    /** Bytes of a weight row that are read at once. */
    static final int MOST_RUN = 1 << 13;

    private static final int DEPTH = TileOperands.STRIDE;
    private static final KernelSet KERNELS = KernelSets.BEST;

    /** Rows of x that share one reading of the weights. */
    private static final int GROUP = KERNELS.dotRows();

    /**
     * Rows of x up to which dot products beat the tiles of {@link MatMat}, output-major: eight rows
     * share a reading with 32 registers, four with 16.
     */
    static final int MOST_ROWS = Math.max(1, GROUP * GROUP / 2);

    private MatVec() {}

    /**
     * One output, one dot product; an item's weights are read from memory once and stay in the
     * second-level cache for all rows of x.
     */
    static void outputMajor(Worker w, Matrix m, Rows x, Rows y, int column) {
        int rows = rowsPerItem(w, m);
        int items = (m.outputs() + rows - 1) / rows;
        boolean arranged = false;
        for (int item; (item = w.next(items)) >= 0; ) {
            int row = item * rows;
            int count = Math.min(rows, m.outputs() - row);
            if (!arranged || isScaledByBlocks(m)) {
                arrange(w.scratch, m, row, x);
                arranged = true;
            }
            DotOperands[] groups = w.scratch.dots(m.inputs(), x.count());
            KERNELS.dots(m, row, count, groups, y, column + row);
        }
    }

    private static void arrange(Scratch scratch, Matrix m, int row, Rows x) {
        int first = 0;
        for (DotOperands d : scratch.dots(m.inputs(), x.count())) {
            d.x = x;
            d.first = first;
            d.count = Math.min(GROUP, x.count() - first);
            d.width = x.count() == 1 ? 1 : GROUP;
            KERNELS.arrange(m, row, d);
            first += GROUP;
        }
    }

    /** Whether scales change along the inputs, and so belong to the activations. */
    private static boolean isScaledByBlocks(Matrix m) {
        Scales scales = m.scales();
        return m.dtype() == DType.F8_E4M3 && scales != null && scales.inputBlock() < m.inputs();
    }

    /**
     * A range of outputs per item, as sums of weight rows. The sums run over {@link #DEPTH} inputs
     * and are then added up, as in {@link MatMat}: both give the same bits.
     *
     * @param x a single row
     */
    static void inputMajor(Worker w, Matrix m, Rows x, Rows y, int column) {
        int columns = columnsPerItem(w, m);
        int items = (m.outputs() + columns - 1) / columns;
        SumOperands s = w.scratch.sums(columns);
        for (int item; (item = w.next(items)) >= 0; ) {
            int first = item * columns;
            int count = Math.min(columns, m.outputs() - first);
            int at = y.offset(0) + column + first;
            Arrays.fill(y.data(), at, at + count, 0);
            for (int k = 0; k < m.inputs(); k += DEPTH) {
                int depth = Math.min(DEPTH, m.inputs() - k);
                MemorySegment.copy(x.data(), x.offset(0) + k, s.x, JAVA_FLOAT, 0, depth);
                s.x0 = 0;
                Scratch.clear(s.sums, 0, count);
                KERNELS.addRows(m, k, depth, first, count, s);
                KERNELS.collect(m, count, s, y.data(), at);
            }
            scaleCodes(m, first, count, y.data(), at);
        }
    }

    /** Multiplies sums of codes of an input-major matrix by the scales of their outputs. */
    static void scaleCodes(Matrix m, int first, int count, float[] y, int at) {
        if (KERNELS.sumsCodes(m)) {
            for (int j = 0; j < count; j++) {
                y[at + j] *= m.scale(first + j, 0);
            }
        }
    }

    /**
     * A multiple of 12, what kernels read side by side, and several items per worker, neither large
     * nor tiny; where scales change along the inputs, one block of outputs.
     */
    private static int rowsPerItem(Worker w, Matrix m) {
        Scales scales = m.scales();
        if (scales != null && isScaledByBlocks(m)) {
            return scales.outputBlock();
        }
        long bytes = m.rowBytes();
        long shared = (m.outputs() + 4L * w.count() - 1) / (4L * w.count());
        long chosen = Math.max(LEAST_ITEM_BYTES / bytes, Math.min(ITEM_BYTES / bytes, shared));
        return (int) Math.max(12, (chosen + 11) / 12 * 12);
    }

    /** Long runs of columns are read faster; at least an item per worker. */
    private static int columnsPerItem(Worker w, Matrix m) {
        int bytes = m.dtype() == DType.F4_E2M1 ? 1 : m.dtype().bytes();
        int most = MOST_RUN / bytes;
        int parts = w.count() * (m.outputs() / w.count() > most ? 2 : 1);
        int shared = (m.outputs() + parts - 1) / parts;
        return Math.max(LEAST_COLUMNS, Math.min(most, (shared + 63) / 64 * 64));
    }
}
