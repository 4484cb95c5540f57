package dev.altiplano.kernels.simd;

import dev.altiplano.kernels.DType;
import dev.altiplano.kernels.Matrix;
import dev.altiplano.kernels.Rows;
import dev.altiplano.kernels.Scales;
import dev.altiplano.kernels.internal.DotOperands;
import dev.altiplano.kernels.internal.KernelSet;
import dev.altiplano.kernels.internal.Weights;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

import java.lang.foreign.MemorySegment;

/**
 * Dot products of the rows of an output-major matrix with one or a few rows of activations: chooses
 * how many rows go together, and adds lanes, tails and scales.
 *
 * <p>A result is one chain of fused multiply-adds per lane, then a fold of the lanes, then a chain
 * over the columns that fill no block: its bits do not depend on what was computed beside it.
 */
final class Dots {
    private static final VectorSpecies<Float> F = FloatVector.SPECIES_PREFERRED;
    private static final int L = F.length();
    private static final long V = F.vectorByteSize();

    /** 32 registers hold 24 accumulators, 16 hold 8. */
    private static final boolean MANY_REGISTERS = L >= 16;

    /** Whether FP8 codes are multiplied as moved: see {@link Fp8MovedDots}. */
    static final boolean MOVED = Subnormals.FAST;

    /** Whether FP8 codes are decoded in registers for several rows of activations, too. */
    static final boolean IN_REGISTERS = MANY_REGISTERS && MOVED;

    /** Whether FP8 codes are looked up: see {@link Fp8TableDots}. */
    static final boolean TABLES = MANY_REGISTERS && !MOVED;

    /** What activations that meet FP8 codes are multiplied by. */
    private static final float FP8_FACTOR = MOVED ? Fp8MovedDots.FACTOR : 1;

    /** The unit of sums of FP8 codes: a power of two. */
    static final float FP8_UNIT = MOVED ? Fp8MovedDots.UNIT : 1;

    /** Rows of activations that share one reading of the weights. */
    static final int TOKENS = MANY_REGISTERS ? 8 : 4;

    /**
     * Rows of activations for each of which codes are decoded anew, where eight rows could meet
     * them in registers: a group takes the time of three to four.
     */
    static final int MOST_ALONE = 3;

    private Dots() {}

    /** Columns that the vector loops cover. */
    private static int whole(Matrix m) {
        int block = m.dtype() == DType.F8_E4M3 ? 4 * L : 2 * L;
        return m.inputs() / block * block;
    }

    static void arrange(Matrix m, int row, DotOperands d) {
        int n = whole(m);
        int width = d.width;
        if (d.count < width) {
            d.arranged.asSlice(0, 4L * width * n).fill((byte) 0);
        }
        for (int t = 0; t < d.count; t++) {
            int from = d.x.offset(d.first + t);
            float[] x = d.x.data();
            long at = t * 2L * V;
            long step = width * 2L * V;
            switch (m.dtype()) {
                case F32 -> Arrangement.plain(x, from, n, d.arranged, at, step);
                case BF16 -> Arrangement.pairs(x, from, n, d.arranged, at, step);
                case F8_E4M3 -> quads(m, row, x, from, d, at, step);
                default -> {} // read where they are
            }
        }
    }

    private static void quads(
            Matrix m, int row, float[] x, int from, DotOperands d, long at, long step) {
        Scales scales = m.scales();
        int n = whole(m);
        if (scales == null || scales.inputBlock() >= m.inputs()) {
            Arrangement.quads(x, from, n, FP8_FACTOR, d.arranged, at, step);
            return;
        }
        int length = scales.inputBlock();
        for (int k = 0; k < n; k += length) { // blocks are whole blocks of ours: see takes
            float factor = m.scale(row, k) * FP8_FACTOR;
            long to = at + k / (2 * L) * step;
            Arrangement.quads(x, from + k, Math.min(length, n - k), factor, d.arranged, to, step);
        }
    }

    /**
     * Whether there are kernels for the type, and the scales can be folded into activations and
     * results: one for a whole row, or blocks of whole vectors.
     */
    static boolean takes(Matrix m) {
        Scales scales = m.scales();
        return switch (m.dtype()) {
            case F32, BF16, F16 -> scales == null;
            case F8_E4M3 ->
                    scales == null
                            || (scales.zeroPoints() == null
                                    && scales.groups() == null
                                    && (scales.inputBlock() >= m.inputs()
                                            || scales.inputBlock() % (4 * L) == 0));
            case I8, I8_BIASED, I4_BIASED, F4_E2M1 -> false;
        };
    }

    /** Whether several rows of activations meet codes of this matrix decoded in registers. */
    static boolean decodesAnew(Matrix m) {
        return m.dtype() == DType.F8_E4M3 && takes(m) && IN_REGISTERS;
    }

    /** See {@link VectorKernels#rowsAlone}, of FP8. */
    static int rowsAlone(Matrix m) {
        if (!takes(m)) {
            return 1;
        }
        if (decodesAnew(m)) {
            return MOST_ALONE;
        }
        return MOVED ? KernelSet.MOST_ALONE : MANY_REGISTERS ? Sums.MOST_DECODED_ANEW : 1;
    }

    static void compute(Matrix m, int row, int count, DotOperands[] groups, Rows y, int column) {
        boolean grouped = groups.length > 0 && groups[0].width > 1;
        if (grouped && m.dtype() == DType.F8_E4M3 && !decodesAnew(m)) {
            decodedOnce(m, row, count, groups, y, column);
            return;
        }
        for (DotOperands d : groups) { // the weights stay in the second-level cache
            int together = together(m, d.width);
            int each = count / together; // bands of rows, read side by side
            for (int r = 0; r < each; r++) {
                several(m, row + r, each, d);
                for (int i = 0; i < together; i++) {
                    finish(m, row + r + i * each, d, i, y, column + r + i * each);
                }
            }
            for (int r = together * each; r < count; r++) {
                one(m, row + r, d);
                finish(m, row + r, d, 0, y, column + r);
            }
        }
    }

    /** Where a weight costs more to decode than to load, rows are decoded once for all groups. */
    private static void decodedOnce(
            Matrix m, int row, int count, DotOperands[] groups, Rows y, int column) {
        int n = whole(m);
        MemorySegment rows = groups[0].decoded;
        int together = MANY_REGISTERS ? 3 : 2;
        for (int r = 0; r < count; r += together) {
            int these = Math.min(together, count - r);
            for (int i = 0; i < these; i++) {
                decode(m.data(), (long) (row + r + i) * m.inputs(), n, rows, 4L * n * i);
            }
            for (DotOperands d : groups) {
                plain(rows, n, d);
                for (int i = 0; i < these; i++) {
                    finish(m, row + r + i, d, i, y, column + r + i);
                }
            }
        }
    }

    /** FP32 rows that lie side by side; of fewer than fit, the last ones are of no use. */
    private static void plain(MemorySegment rows, int n, DotOperands d) {
        if (MANY_REGISTERS) {
            F32Dots.x3by8(rows, 0, 4L * n, n, d.arranged, d.lanes);
        } else {
            F32Dots.x2by4(rows, 0, 4L * n, n, d.arranged, d.lanes);
        }
    }

    /** Weight rows that one kernel reads side by side. */
    static int together(Matrix m, int width) {
        return switch (m.dtype()) {
            case BF16 -> width == 1 ? (MANY_REGISTERS ? 12 : 4) : (MANY_REGISTERS ? 3 : 2);
            case F32 -> width == 1 ? 4 : (MANY_REGISTERS ? 3 : 2);
            case F8_E4M3 -> IN_REGISTERS ? (width == 1 ? 6 : 3) : 4;
            default -> 1;
        };
    }

    private static void several(Matrix m, int row, int step, DotOperands d) {
        int n = whole(m);
        long bytes = (long) m.inputs() * m.dtype().bytes();
        long at = row * bytes;
        long stride = step * bytes;
        boolean alone = d.width == 1;
        switch (m.dtype()) {
            case BF16 -> {
                if (!alone && MANY_REGISTERS) {
                    Bf16Dots.x3by8(m.data(), at, stride, n, d.arranged, d.lanes);
                } else if (!alone) {
                    Bf16Dots.x2by4(m.data(), at, stride, n, d.arranged, d.lanes);
                } else if (MANY_REGISTERS) {
                    Bf16Dots.x12(m.data(), at, stride, n, d.arranged, d.lanes);
                } else {
                    Bf16Dots.x4(m.data(), at, stride, n, d.arranged, d.lanes);
                }
            }
            case F32 -> {
                if (alone) {
                    F32Dots.x4(m.data(), at, stride, n, d.arranged, d.lanes);
                } else if (MANY_REGISTERS) {
                    F32Dots.x3by8(m.data(), at, stride, n, d.arranged, d.lanes);
                } else {
                    F32Dots.x2by4(m.data(), at, stride, n, d.arranged, d.lanes);
                }
            }
            case F8_E4M3 -> {
                if (TABLES) {
                    Fp8TableDots.x4(m.data(), at, stride, n, d.arranged, d.lanes);
                } else if (MANY_REGISTERS && !alone) {
                    Fp8MovedDots.x3by8(m.data(), at, stride, n, d.arranged, d.lanes);
                } else if (MANY_REGISTERS) {
                    Fp8MovedDots.x6(m.data(), at, stride, n, d.arranged, d.lanes);
                } else if (MOVED) {
                    Fp8MovedDots.x4(m.data(), at, stride, n, d.arranged, d.lanes);
                } else {
                    Fp8Dots.x4(m.data(), at, stride, n, d.arranged, d.lanes);
                }
            }
            default -> one(m, row, d);
        }
    }

    private static void one(Matrix m, int row, DotOperands d) {
        int n = whole(m);
        long at = (long) row * m.inputs() * m.dtype().bytes();
        boolean alone = d.width == 1;
        switch (m.dtype()) {
            case BF16 -> {
                if (alone) {
                    Bf16Dots.x1(m.data(), at, n, d.arranged, d.lanes);
                } else if (MANY_REGISTERS) {
                    Bf16Dots.x1by8(m.data(), at, n, d.arranged, d.lanes);
                } else {
                    Bf16Dots.x1by4(m.data(), at, n, d.arranged, d.lanes);
                }
            }
            case F32 -> {
                if (alone) {
                    F32Dots.x1(m.data(), at, n, d.arranged, d.lanes, 0);
                } else if (MANY_REGISTERS) {
                    F32Dots.x1by8(m.data(), at, n, d.arranged, d.lanes);
                } else {
                    F32Dots.x1by4(m.data(), at, n, d.arranged, d.lanes);
                }
            }
            case F8_E4M3 -> {
                if (!alone) { // as if it were three: seldom
                    Fp8MovedDots.x3by8(m.data(), at, 0, n, d.arranged, d.lanes);
                } else if (TABLES) {
                    Fp8TableDots.x1(m.data(), at, n, d.arranged, d.lanes);
                } else if (MOVED) {
                    Fp8MovedDots.x1(m.data(), at, n, d.arranged, d.lanes);
                } else {
                    Fp8Dots.x1(m.data(), at, n, d.arranged, d.lanes);
                }
            }
            default -> {
                for (int t = 0; t < d.count; t++) {
                    int from = d.x.offset(d.first + t);
                    F16Dots.x1(m.data(), at, n, d.x.data(), from, d.lanes, t * L);
                }
            }
        }
    }

    private static void decode(MemorySegment w, long from, int n, MemorySegment out, long at) {
        if (TABLES) {
            Fp8TableDots.decode(w, from, n, out, at);
        } else if (MOVED) {
            Fp8MovedDots.decode(w, from, n, out, at);
        } else {
            Fp8Dots.decode(w, from, n, out, at);
        }
    }

    /** Adds lanes and tail of weight row {@code row}, the {@code i}-th of those read together. */
    private static void finish(Matrix m, int row, DotOperands d, int i, Rows y, int column) {
        int width = d.width;
        float factor = rowScale(m, row) * (m.dtype() == DType.F8_E4M3 ? FP8_UNIT : 1);
        int whole = whole(m);
        for (int t = 0; t < d.count; t++) {
            float sum = Elements.sumOfLanes(d.lanes, (i * width + t) * L) * factor;
            int from = d.x.offset(d.first + t);
            for (int k = whole; k < m.inputs(); k++) { // empty for Llama 4's widths
                sum = Math.fma(Weights.at(m, row, k), d.x.data()[from + k], sum);
            }
            y.data()[y.offset(d.first + t) + column] = sum;
        }
    }

    private static float rowScale(Matrix m, int row) {
        Scales scales = m.scales();
        return scales == null || scales.inputBlock() < m.inputs() ? 1 : m.scale(row, 0);
    }
}
