package dev.altiplano.kernels;

import dev.altiplano.kernels.internal.DotOperands;
import dev.altiplano.kernels.internal.InputOrder;
import dev.altiplano.kernels.internal.KernelSet;
import dev.altiplano.kernels.internal.KernelSets;
import dev.altiplano.kernels.internal.SumOperands;
import dev.altiplano.kernels.internal.TileOperands;

import java.util.Arrays;

/** Products with one row or a few: every weight is read once, so memory sets the pace. */
final class MatVec {
    /** Bytes of weights per item: about 50 us of reading for one thread. */
    private static final int ITEM_BYTES = 1 << 19;

    /** Below this, claiming an item costs more than an idle worker. */
    private static final int LEAST_ITEM_BYTES = 1 << 14;

    /** Items have a multiple of so many rows, or of twice as many where bands do not divide it. */
    private static final int BANDS = 12;

    /** Bytes of a page of memory; larger pages are whole numbers of it. */
    private static final int PAGE = 1 << 12;

    private static final int LEAST_COLUMNS = 256;

    /** Bytes of a weight row that are read at once. */
    private static final int MOST_RUN = 1 << 13;

    /** Sums that an item keeps: they stay in the second-level cache. */
    static final int MOST_SUMS = 1 << 16;

    /** From here on, items of a millisecond are worth their order. */
    private static final long LEAST_BYTES_BY_INPUTS = 1L << 23;

    private static final int DEPTH = TileOperands.STRIDE;
    private static final KernelSet KERNELS = KernelSets.BEST;

    /** Rows of x that share one reading of the weights. */
    private static final int GROUP = KERNELS.dotRows();

    /**
     * Rows of x up to which dot products beat the tiles of {@link MatMat}, output-major: eight rows
     * share a reading with 32 registers, four with 16.
     */
    static final int MOST_ROWS = Math.max(1, GROUP * GROUP / 2);

    /**
     * The same for rows of a block where weights cost more to decode than to load, as measured. Dot
     * products that decode codes in registers would be faster up to 128 rows in some JVMs, but
     * slower than tiles in most (docs/performance.md).
     */
    static final int MOST_CODED_ROWS = Math.min(8, MOST_ROWS);

    private MatVec() {}

    /**
     * One output, one dot product; an item's weights are read from memory once and stay in the
     * second-level cache for all rows of x.
     */
    static void outputMajor(Worker w, Matrix m, Rows x, Rows y, int column) {
        int rows = rowsPerItem(w, m);
        int items = (m.outputs() + rows - 1) / rows;
        int group = x.count() <= KERNELS.rowsAlone(m) ? 1 : GROUP;
        DotOperands[] groups = w.scratch.dots(m.inputs(), (x.count() + group - 1) / group);
        boolean arranged = false;
        for (int item; (item = w.next(items)) >= 0; ) {
            int row = item * rows;
            int count = Math.min(rows, m.outputs() - row);
            if (!arranged || isScaledByBlocks(m)) {
                arrange(groups, group, m, row, x);
                arranged = true;
            }
            KERNELS.dots(m, row, count, groups, y, column + row);
        }
    }

    private static void arrange(DotOperands[] groups, int group, Matrix m, int row, Rows x) {
        int first = 0;
        for (DotOperands d : groups) {
            d.x = x;
            d.first = first;
            d.count = Math.min(group, x.count() - first);
            d.width = group;
            KERNELS.arrange(m, row, d);
            first += group;
        }
    }

    /** Whether scales change along the inputs, and so belong to the activations. */
    private static boolean isScaledByBlocks(Matrix m) {
        Scales scales = m.scales();
        return m.dtype() == DType.F8_E4M3 && scales != null && scales.inputBlock() < m.inputs();
    }

    /** Rows of x that {@link #inputMajor} takes. */
    static int sumRows(Matrix m) {
        return KERNELS.sumRows(m);
    }

    /**
     * Sums of weight rows. They run over {@link #DEPTH} inputs and are then added up, in the order
     * of {@link KernelSet#inputOrder}, as in {@link MatMat}: both give the same bits.
     *
     * <p>An item of a large matrix is {@link #DEPTH} whole rows, or long pieces of them: memory is
     * read faster from one end to the other than in columns that are a page or two wide. What the
     * items of one result find is added in the order of the items. Small matrices are shared out by
     * outputs, so that nobody waits for anybody.
     *
     * @param x at most {@link KernelSet#sumRows} rows
     */
    static void inputMajor(Worker w, Matrix m, Rows x, Rows y, int column) {
        if (m.bytes() >= LEAST_BYTES_BY_INPUTS) {
            byInputs(w, m, x, y, column);
        } else {
            byOutputs(w, m, x, y, column);
        }
    }

    private static void byInputs(Worker w, Matrix m, Rows x, Rows y, int column) {
        int blocks = (m.inputs() + DEPTH - 1) / DEPTH;
        int columns = columnsOfABlock(w, m, x.count(), blocks);
        int ranges = (m.outputs() + columns - 1) / columns;
        SumOperands s = w.scratch.sums(columns, x.count());
        int items = blocks * ranges;
        for (int item; (item = w.nextInTurn(items)) >= 0; ) {
            int first = item % ranges * columns;
            int count = Math.min(columns, m.outputs() - first);
            int block = item / ranges;
            sumBlock(m, block * DEPTH, first, count, s, x);
            w.awaitTurn(item);
            if (block == 0) {
                clear(y, column + first, count);
            }
            collect(m, count, s, y, column + first);
            if (block == blocks - 1) {
                scaleCodes(m, first, count, y, column + first);
            }
            w.endTurn(item);
        }
    }

    private static void byOutputs(Worker w, Matrix m, Rows x, Rows y, int column) {
        int columns = columnsPerItem(w, m);
        int items = (m.outputs() + columns - 1) / columns;
        SumOperands s = w.scratch.sums(columns, x.count());
        for (int item; (item = w.next(items)) >= 0; ) {
            int first = item * columns;
            int count = Math.min(columns, m.outputs() - first);
            clear(y, column + first, count);
            for (int k = 0; k < m.inputs(); k += DEPTH) {
                sumBlock(m, k, first, count, s, x);
                collect(m, count, s, y, column + first);
            }
            scaleCodes(m, first, count, y, column + first);
        }
    }

    /** Sums over {@link #DEPTH} inputs from k on, or what is left of them. */
    private static void sumBlock(Matrix m, int k, int first, int count, SumOperands s, Rows x) {
        int depth = Math.min(DEPTH, m.inputs() - k);
        InputOrder order = KERNELS.inputOrder(m);
        for (int t = 0; t < s.rows; t++) {
            order.arrange(x.data(), x.offset(t) + k, depth, s.x, t * DEPTH);
            Scratch.clear(s.sums, t * s.step, count);
        }
        KERNELS.addRows(m, k, depth, first, count, s);
    }

    private static void clear(Rows y, int column, int count) {
        for (int t = 0; t < y.count(); t++) {
            int at = y.offset(t) + column;
            Arrays.fill(y.data(), at, at + count, 0);
        }
    }

    private static void collect(Matrix m, int count, SumOperands s, Rows y, int column) {
        for (int t = 0; t < s.rows; t++) {
            KERNELS.collect(m, count, s, t, y.data(), y.offset(t) + column);
        }
    }

    /** Multiplies sums of codes of an input-major matrix by the scales of their outputs. */
    static void scaleCodes(Matrix m, int first, int count, Rows y, int column) {
        if (!KERNELS.sumsCodes(m)) {
            return;
        }
        for (int t = 0; t < y.count(); t++) {
            int at = y.offset(t) + column;
            for (int j = 0; j < count; j++) {
                y.data()[at + j] *= m.scale(first + j, 0);
            }
        }
    }

    /**
     * Several items per worker, neither large nor tiny, in bands that kernels read side by side;
     * where scales change along the inputs, one block of outputs.
     */
    private static int rowsPerItem(Worker w, Matrix m) {
        Scales scales = m.scales();
        if (scales != null && isScaledByBlocks(m)) {
            return scales.outputBlock();
        }
        long shared = (m.outputs() + 4L * w.count() - 1) / (4L * w.count());
        return rowsPerItem(m.dtype(), KERNELS.rowsTogether(m), m.rowBytes(), shared);
    }

    /**
     * A multiple of the bands. Rounded up: rounded down, INT8 and BF16 rows of 5120 would give
     * bands of whole pages, which they lose by. Rows of whole pages give them anyway.
     *
     * @param bands see {@link KernelSet#rowsTogether}
     * @param shared rows of an item if all workers are to have several
     */
    static int rowsPerItem(DType dtype, int bands, long rowBytes, long shared) {
        long chosen = Math.min(ITEM_BYTES / rowBytes, shared);
        chosen = Math.max(LEAST_ITEM_BYTES / rowBytes, chosen);
        long pages = bands * rowsOfWholePages(rowBytes);
        long unit = BANDS % bands == 0 ? BANDS : 2 * BANDS;
        if (dtype == DType.F8_E4M3 && pages <= chosen) {
            unit = pages;
        }
        return (int) Math.max(unit, (chosen + unit - 1) / unit * unit);
    }

    /**
     * Bands of so many rows reach a new page together, where the processor begins anew to read
     * ahead, and wait for memory once instead of one after the other. Only FP8 gains by it: its
     * decoding takes as long as memory does. INT8 and BF16 lose, because all streams stop at once
     * (docs/performance.md).
     */
    private static long rowsOfWholePages(long rowBytes) {
        return PAGE / Math.min(PAGE, Long.lowestOneBit(rowBytes));
    }

    /** As much of a row as the sums of all rows of x allow, and several items per worker. */
    private static int columnsOfABlock(Worker w, Matrix m, int rows, int blocks) {
        int ranges = (int) Math.ceilDiv((long) m.outputs() * rows, MOST_SUMS);
        ranges = Math.max(ranges, (4 * w.count() + blocks - 1) / blocks);
        int shared = ((m.outputs() + ranges - 1) / ranges + 63) / 64 * 64;
        return Math.max(LEAST_COLUMNS, Math.min(MOST_SUMS / rows / 64 * 64, shared));
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
