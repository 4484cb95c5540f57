package dev.altiplano.kernels.simd;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import dev.altiplano.kernels.DType;
import dev.altiplano.kernels.Matrix;
import dev.altiplano.kernels.Rows;
import dev.altiplano.kernels.Scales;
import dev.altiplano.kernels.internal.DotOperands;
import dev.altiplano.kernels.internal.KernelSet;
import dev.altiplano.kernels.internal.Weights;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

import org.jspecify.annotations.Nullable;

import java.lang.foreign.MemorySegment;

/**
 * Dot products of rows of whole-number and E2M1 codes with one or a few rows of activations:
 * chooses the way, and adds lanes, zero points, tails and scales.
 *
 * <p>Whatever the way, a result's bits do not depend on what was computed beside it.
 */
final class CodedDots {
    private static final VectorSpecies<Float> F = FloatVector.SPECIES_PREFERRED;
    private static final int L = F.length();
    private static final long V = F.vectorByteSize();
    private static final boolean MANY_REGISTERS = L >= 16;

    /** Whether the values of 16 codes have room in a vector. */
    static final boolean TABLE = L >= 16;

    /** Rows of activations that {@link GroupedDots} takes at once. */
    private static final int TOKENS = 4;

    /** Vectors of a block of {@link Eighths}. */
    private static final long BLOCK_VECTORS = 9;

    /** Rows of activations for each of which E2M1 codes are decoded anew. */
    private static final int MOST_FP4_ALONE = 5;

    private CodedDots() {}

    /** How products with the rows of a matrix are formed. */
    private enum Way {
        /** Bytes with one scale for a row: its sum is scaled. */
        ROWS,
        /** Codes of four bits in regular groups: the sum of each block is scaled. */
        GROUPS,
        /** Everything else: weights are decoded with their scales first. */
        DECODED
    }

    static boolean takes(Matrix m) {
        return switch (m.dtype()) {
            case I8, I8_BIASED, I4_BIASED, F4_E2M1 -> way(m) != Way.DECODED || CodedRows.takes(m);
            default -> false;
        };
    }

    private static Way way(Matrix m) {
        Scales s = m.scales();
        if (s == null) {
            return Way.DECODED;
        }
        if (m.dtype() == DType.I4_BIASED || m.dtype() == DType.F4_E2M1) {
            return ScaleRows.takes(m) ? Way.GROUPS : Way.DECODED;
        }
        return s.inputBlock() >= m.inputs() && s.groups() == null ? Way.ROWS : Way.DECODED;
    }

    /** Whether several rows of activations meet codes that are decoded in registers. */
    static boolean decodesAnew(Matrix m) {
        return MANY_REGISTERS && way(m) == Way.ROWS;
    }

    /** See {@link VectorKernels#rowsAlone}. */
    static int rowsAlone(Matrix m) {
        return switch (way(m)) {
            case ROWS -> MANY_REGISTERS ? Dots.MOST_ALONE : KernelSet.MOST_ALONE;
            case GROUPS -> m.dtype() == DType.F4_E2M1 ? MOST_FP4_ALONE : KernelSet.MOST_ALONE;
            case DECODED -> 1;
        };
    }

    /** Columns that the vector loops cover. */
    private static int whole(Matrix m, Way way) {
        return switch (way) {
            case GROUPS -> m.inputs() / ScaleRows.BLOCK * ScaleRows.BLOCK;
            case ROWS -> Math.max(0, m.inputs() - Bytes.SPARE) / (2 * L) * (2 * L);
            case DECODED -> m.inputs() / (2 * L) * (2 * L);
        };
    }

    static void arrange(Matrix m, DotOperands d) {
        Way way = way(m);
        int n = whole(m, way);
        long vectors = way == Way.GROUPS ? BLOCK_VECTORS * n / ScaleRows.BLOCK : n / L;
        if (d.count < d.width) {
            d.arranged.asSlice(0, vectors * d.width * V).fill((byte) 0);
        }
        for (int t = 0; t < d.count; t++) {
            arrange(m, way, n, d, t);
        }
        Scales s = m.scales();
        if (s != null && s.zeroPoints() != null && way != Way.DECODED) {
            sum(m, s, way, n, d);
        }
    }

    private static void arrange(Matrix m, Way way, int n, DotOperands d, int t) {
        float[] x = d.x.data();
        int from = d.x.offset(d.first + t);
        long block = way == Way.GROUPS ? BLOCK_VECTORS * V : 2 * V;
        if (way != Way.GROUPS) {
            Arrangement.plain(x, from, n, d.arranged, t * block, d.width * block);
        } else if (m.dtype() == DType.I4_BIASED) {
            Eighths.int4(x, from, n, d.arranged, t * block, d.width * block);
        } else if (TABLE) {
            Eighths.plain(x, from, n, d.arranged, t * block, d.width * block);
        } else {
            Eighths.fp4(x, from, n, d.arranged, t * block, d.width * block);
        }
    }

    /** Sums of activations, of which zero points take their part. */
    private static void sum(Matrix m, Scales s, Way way, int n, DotOperands d) {
        if (way == Way.GROUPS) {
            ScaleRows.prepare(m, s, d.scales);
        } else {
            d.scales.perRow = 1;
        }
        int each = way == Way.GROUPS ? ScaleRows.BLOCK / d.scales.perBlock : n;
        for (int t = 0; t < d.count; t++) {
            ScaleRows.sums(d.x.data(), d.x.offset(d.first + t), each, d.scales, t);
        }
    }

    static void compute(Matrix m, int row, int count, DotOperands[] groups, Rows y, int column) {
        Way way = way(m);
        if (groups.length == 0) {
            return;
        }
        if (groups[0].width > 1 && decodesAnew(m)) {
            for (DotOperands d : groups) { // the weights stay in the second-level cache
                bytes(m, row, count, d, y, column);
            }
            return;
        }
        if (groups[0].width > 1 || way == Way.DECODED) {
            decodedOnce(m, way, row, count, groups, y, column);
            return;
        }
        for (DotOperands d : groups) { // the weights stay in the second-level cache
            alone(m, way, row, count, d, y, column);
        }
    }

    /** Eight rows of activations with rows of bytes, three side by side. */
    private static void bytes(Matrix m, int row, int count, DotOperands d, Rows y, int column) {
        int n = whole(m, Way.ROWS);
        byte flip = m.dtype() == DType.I8_BIASED ? Int8Dots.FLIP : 0;
        int together = 3;
        int each = count / together;
        for (int r = 0; r < each; r++) {
            long at = (row + r) * m.rowBytes();
            Int8Dots.x3by8(m.data(), at, each * m.rowBytes(), n, d.arranged, d.lanes, flip);
            for (int i = 0; i < together; i++) {
                finish(m, Way.ROWS, row + r + i * each, d, i, y, column + r + i * each);
            }
        }
        for (int r = together * each; r < count; r++) { // as if it were three: seldom
            long at = (row + r) * m.rowBytes();
            Int8Dots.x3by8(m.data(), at, 0, n, d.arranged, d.lanes, flip);
            finish(m, Way.ROWS, row + r, d, 0, y, column + r);
        }
    }

    private static void alone(
            Matrix m, Way way, int row, int count, DotOperands d, Rows y, int column) {
        int together = together(m);
        int each = together == 1 ? 0 : count / together; // bands of rows, read side by side
        for (int r = 0; r < each; r++) {
            several(m, way, row + r, each, d);
            for (int i = 0; i < together; i++) {
                finish(m, way, row + r + i * each, d, i, y, column + r + i * each);
            }
        }
        for (int r = together * each; r < count; r += ScaleRows.ROWS) {
            int these = Math.min(ScaleRows.ROWS, count - r);
            fillScales(m, way, row + r, 1, these, d); // one after the other they would come late
            for (int i = 0; i < these; i++) {
                one(m, way, row + r + i, i, d);
                finish(m, way, row + r + i, d, i, y, column + r + i);
            }
        }
    }

    /**
     * Weight rows that a kernel reads side by side for a single row of activations; with more, it
     * would be too large for C2 or need more registers than there are.
     */
    static int together(Matrix m) {
        return switch (m.dtype()) {
            case I4_BIASED -> MANY_REGISTERS ? 3 : 1;
            case F4_E2M1 -> TABLE ? 2 : 1;
            default -> MANY_REGISTERS ? 8 : 4;
        };
    }

    private static void several(Matrix m, Way way, int row, int step, DotOperands d) {
        fillScales(m, way, row, step, together(m), d);
        int n = whole(m, way);
        long at = row * m.rowBytes();
        long stride = step * m.rowBytes();
        switch (m.dtype()) {
            case I8 -> {
                if (MANY_REGISTERS) {
                    Int8Dots.x8(m.data(), at, stride, n, d.arranged, d.lanes);
                } else {
                    Int8Dots.x4(m.data(), at, stride, n, d.arranged, d.lanes);
                }
            }
            case I8_BIASED -> {
                if (MANY_REGISTERS) {
                    Int8Dots.biasedX8(m.data(), at, stride, n, d.arranged, d.lanes);
                } else {
                    Int8Dots.biasedX4(m.data(), at, stride, n, d.arranged, d.lanes);
                }
            }
            case I4_BIASED -> Int4Dots.x3(m.data(), at, stride, n, d.arranged, d.scales, d.lanes);
            default -> Fp4TableDots.x2(m.data(), at, stride, n, d.arranged, d.scales, d.lanes);
        }
    }

    /** The {@code i}-th of the rows whose scales are there, to place i. */
    private static void one(Matrix m, Way way, int row, int i, DotOperands d) {
        int n = whole(m, way);
        long at = row * m.rowBytes();
        switch (m.dtype()) {
            case I8 -> Int8Dots.x1(m.data(), at, n, d.arranged, d.lanes, i);
            case I8_BIASED -> Int8Dots.biasedX1(m.data(), at, n, d.arranged, d.lanes, i);
            case I4_BIASED -> Int4Dots.x1(m.data(), at, n, d.arranged, d.scales, d.lanes, i);
            default -> {
                if (TABLE) {
                    Fp4TableDots.x1(m.data(), at, n, d.arranged, d.scales, d.lanes, i);
                } else {
                    Fp4Dots.x1(m.data(), at, n, d.arranged, d.scales, d.lanes, i);
                }
            }
        }
    }

    private static void fillScales(Matrix m, Way way, int row, int step, int rows, DotOperands d) {
        Scales s = m.scales();
        if (way == Way.GROUPS && s != null) {
            ScaleRows.prepare(m, s, d.scales);
            for (int i = 0; i < rows; i++) {
                ScaleRows.fill(m, s, row + i * step, i, d.scales);
            }
        }
    }

    /** Several rows of activations: weight rows are decoded once for all of them. */
    private static void decodedOnce(
            Matrix m, Way way, int row, int count, DotOperands[] groups, Rows y, int column) {
        MemorySegment rows = groups[0].decoded;
        int together = MANY_REGISTERS ? 3 : way == Way.GROUPS ? 1 : 2;
        int n = whole(m, way);
        for (int r = 0; r < count; r += together) {
            int these = Math.min(together, count - r);
            for (int i = 0; i < these; i++) {
                decode(m, way, row + r + i, n, rows, 4L * n * i, groups[0]);
            }
            for (DotOperands d : groups) {
                fillScales(m, way, row + r, 1, these, d);
                products(way, rows, n, d);
                for (int i = 0; i < these; i++) {
                    finish(m, way, row + r + i, d, i, y, column + r + i);
                }
            }
        }
    }

    private static void decode(
            Matrix m, Way way, int row, int n, MemorySegment out, long at, DotOperands d) {
        long from = row * m.rowBytes();
        if (way == Way.DECODED) {
            decodeWithScales(m, row, n, out, at, d);
            return;
        }
        switch (m.dtype()) {
            case I8 -> Int8Dots.decode(m.data(), from, n, out, at);
            case I8_BIASED -> Int8Dots.decodeBiased(m.data(), from, n, out, at);
            case I4_BIASED -> Int4Dots.decode(m.data(), from, n, out, at);
            default -> {
                if (TABLE) {
                    Fp4TableDots.decode(m.data(), from, n, out, at);
                } else {
                    Fp4Dots.decode(m.data(), from, n, out, at);
                }
            }
        }
    }

    /** By way of an array: {@link CodedRows} decodes for tiles, whose operand lies on the heap. */
    private static void decodeWithScales(
            Matrix m, int row, int n, MemorySegment out, long at, DotOperands d) {
        float[] piece = d.decodedPiece;
        for (int k = 0; k < n; k += piece.length) {
            int count = Math.min(piece.length, n - k);
            CodedRows.decode(m, row, k, count, piece, 0, d.decodedScales);
            MemorySegment.copy(piece, 0, out, JAVA_FLOAT, at + 4L * k, count);
        }
    }

    /** Of fewer decoded rows than fit, the last sums are of no use. */
    private static void products(Way way, MemorySegment rows, int n, DotOperands d) {
        if (way == Way.GROUPS) {
            long block = BLOCK_VECTORS * V;
            for (int t = 0; t < d.width; t += TOKENS) {
                grouped(rows, n, d, t * block, t * L);
            }
        } else if (d.width == 1) {
            for (int i = 0; i < DotOperands.DECODED; i++) {
                F32Dots.x1(rows, 4L * n * i, n, d.arranged, d.lanes, i * L);
            }
        } else if (MANY_REGISTERS) {
            F32Dots.x3by8(rows, 0, 4L * n, n, d.arranged, d.lanes);
        } else {
            F32Dots.x2by4(rows, 0, 4L * n, n, d.arranged, d.lanes);
        }
    }

    private static void grouped(MemorySegment rows, int n, DotOperands d, long from, int lane) {
        long step = d.width * BLOCK_VECTORS * V;
        if (MANY_REGISTERS) {
            GroupedDots.x3by4(rows, n, d.arranged, from, step, d.scales, d.lanes, lane);
        } else {
            GroupedDots.x1by4(rows, n, d.arranged, from, step, d.scales, d.lanes, lane);
        }
    }

    /** Completes the sums of weight row {@code row}, the {@code i}-th of those read together. */
    private static void finish(
            Matrix m, Way way, int row, DotOperands d, int i, Rows y, int column) {
        Scales s = m.scales();
        float factor = factor(m, s, way, row);
        boolean zeros = s != null && s.zeroPoints() != null && way != Way.DECODED;
        int whole = whole(m, way);
        for (int t = 0; t < d.count; t++) {
            float sum = Elements.sumOfLanes(d.lanes, (i * d.width + t) * L);
            if (zeros) {
                sum -=
                        way == Way.ROWS
                                ? m.zero(row, 0) * d.scales.sums[t]
                                : ScaleRows.zeroTerm(d.scales, i, t, d.spare);
            }
            sum *= factor;
            int from = d.x.offset(d.first + t);
            for (int k = whole; k < m.inputs(); k++) { // empty for Llama 4's widths
                sum = Math.fma(Weights.at(m, row, k), d.x.data()[from + k], sum);
            }
            y.data()[y.offset(d.first + t) + column] = sum;
        }
    }

    /** What the sums of a row are still to be multiplied by. */
    private static float factor(Matrix m, @Nullable Scales s, Way way, int row) {
        if (s == null || way == Way.DECODED) {
            return 1;
        }
        if (way == Way.ROWS) {
            return m.scale(row, 0);
        }
        boolean moved = m.dtype() == DType.F4_E2M1 && !TABLE;
        return (float) (moved ? s.factor() / Eighths.FP4_UNIT : s.factor());
    }
}
