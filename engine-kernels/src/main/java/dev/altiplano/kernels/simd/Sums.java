package dev.altiplano.kernels.simd;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import dev.altiplano.kernels.DType;
import dev.altiplano.kernels.Matrix;
import dev.altiplano.kernels.Scales;
import dev.altiplano.kernels.internal.InputOrder;
import dev.altiplano.kernels.internal.KernelSet;
import dev.altiplano.kernels.internal.SumOperands;
import dev.altiplano.kernels.internal.TileOperands;
import dev.altiplano.kernels.internal.Weights;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Sums of the rows of an input-major matrix, each times its factor: chooses how many rows go
 * together. Each sum is one chain in the order that {@link #inputOrder} says.
 */
final class Sums {
    private static final VectorSpecies<Float> F = FloatVector.SPECIES_PREFERRED;
    private static final int L = F.length();
    private static final ValueLayout.OfFloat FLOAT =
            ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(LITTLE_ENDIAN);

    /** 32 registers hold twelve factors beside what a row needs, 16 hold four. */
    private static final boolean MANY_REGISTERS = L >= 16;

    /**
     * Up to so many rows of factors it is faster to decode FP8 for each of them in registers than
     * once for all of them in memory.
     */
    static final int MOST_DECODED_ANEW = 4;

    /** The same where four rows of factors share what is decoded in registers. */
    private static final int MOST_DECODED_FOR_FOUR = 8;

    /** Rows of factors that share FP8 codes in registers. */
    private static final int SHARED = 4;

    private Sums() {}

    /** Whether there are kernels for the type, and one scale serves all inputs of an output. */
    static boolean takes(Matrix m) {
        Scales scales = m.scales();
        return switch (m.dtype()) {
            case F32, BF16, F16 -> scales == null;
            case F8_E4M3 ->
                    scales == null
                            || (scales.zeroPoints() == null
                                    && scales.groups() == null
                                    && scales.inputBlock() >= m.inputs());
            case I8, I8_BIASED, I4_BIASED, F4_E2M1 -> false;
        };
    }

    /** See {@link KernelSet#inputOrder}. */
    static InputOrder inputOrder(Matrix m) {
        return m.dtype() == DType.F8_E4M3 && takes(m) ? InputOrder.QUARTERS : InputOrder.PLAIN;
    }

    private static int whole(Matrix m, int columns) {
        int block = m.dtype() == DType.F8_E4M3 ? 4 * L : 2 * L;
        return columns / block * block;
    }

    /** Rows of factors that can share one reading of the weights. */
    static int most(Matrix m) {
        if (!takes(m)) {
            return 1;
        }
        return switch (m.dtype()) {
            case BF16 -> KernelSet.MOST_SUM_ROWS;
            case F8_E4M3 -> {
                if (Dots.IN_REGISTERS) {
                    yield MOST_DECODED_FOR_FOUR;
                }
                yield MANY_REGISTERS || Dots.MOVED ? MOST_DECODED_ANEW : 1;
            }
            default -> 1;
        };
    }

    static void add(Matrix m, int row, int count, int column, int columns, SumOperands s) {
        int n = whole(m, columns);
        int bytes = m.dtype().bytes();
        long stride = m.rowBytes();
        long offset = row * stride + (long) column * bytes;
        for (int i = 0; i < count; ) {
            long from = offset + i * stride;
            int left = count - i;
            if (m.dtype() == DType.F8_E4M3) {
                i += fp8(m, from, left, n, s, i);
            } else {
                i += s.rows == 1 ? some(m, from, left, n, s, i) : shared(m, from, left, n, s, i);
            }
        }
        for (int t = 0; t < s.rows && n < columns; t++) { // empty for Llama 4's widths
            rest(m, offset, count, n, columns, s, t);
        }
    }

    /** Columns one by one. */
    private static void rest(
            Matrix m, long offset, int count, int first, int end, SumOperands s, int t) {
        int x0 = t * TileOperands.STRIDE;
        long s0 = t * s.step;
        long stride = m.rowBytes();
        InputOrder order = inputOrder(m);
        for (int j = first; j < end; j++) {
            float sum = s.sums.get(FLOAT, s0 + 4L * j);
            for (int i = 0; i < count; i++) {
                int row = order.input(i, count);
                long from = offset + row * stride + (long) m.dtype().bytes() * j;
                float weight = Weights.at(m.data(), m.dtype(), from);
                sum = Math.fma(weight, s.x[x0 + i], sum);
            }
            s.sums.set(FLOAT, s0 + 4L * j, sum);
        }
    }

    /**
     * The next 4 weight rows or 1, read from memory for the first rows of factors and from the
     * first-level cache for others.
     *
     * @param i factor of the first of them
     */
    private static int shared(Matrix m, long offset, int left, int n, SumOperands s, int i) {
        MemorySegment w = m.data();
        int done = left >= 4 ? 4 : 1;
        for (int t = 0; t < s.rows; ) {
            int x0 = t * TileOperands.STRIDE + i;
            long s0 = t * s.step;
            if (done == 1) {
                Bf16Sums.x1(w, offset, n, s.x, x0, s.sums, s0);
                t++;
            } else {
                t += four(m, offset, n, s, x0, s0, s.rows - t);
            }
        }
        return done;
    }

    /**
     * Four weight rows with as many rows of factors as leave none alone, or with two at most where
     * registers are few.
     */
    private static int four(
            Matrix m, long offset, int n, SumOperands s, int x0, long s0, int rows) {
        MemorySegment w = m.data();
        long stride = m.rowBytes();
        if (rows == 1) {
            Bf16Sums.x4(w, offset, stride, n, s.x, x0, s.sums, s0);
            return 1;
        }
        if (rows == 2 || !MANY_REGISTERS) {
            Bf16SharedSums.x4by2(w, offset, stride, n, s, x0, s0);
            return 2;
        }
        if (rows == 3 || rows == 5 || rows == 6) {
            Bf16SharedSums.x4by3(w, offset, stride, n, s, x0, s0);
            return 3;
        }
        Bf16SharedSums.x4by4(w, offset, stride, n, s, x0, s0);
        return 4;
    }

    private static int some(Matrix m, long offset, int left, int n, SumOperands s, int i) {
        return switch (m.dtype()) {
            case BF16 -> bf16(m, offset, left, n, s, i);
            case F32 -> f32(m, offset, left, n, s, i);
            default -> {
                F16Sums.x1(m.data(), offset, n, s.x[i], s.sums);
                yield 1;
            }
        };
    }

    private static int bf16(Matrix m, long offset, int left, int n, SumOperands s, int i) {
        MemorySegment w = m.data();
        if (MANY_REGISTERS && left >= 12) {
            Bf16Sums.x12(w, offset, m.rowBytes(), n, s.x, i, s.sums);
            return 12;
        }
        if (left >= 4) {
            Bf16Sums.x4(w, offset, m.rowBytes(), n, s.x, i, s.sums, 0);
            return 4;
        }
        Bf16Sums.x1(w, offset, n, s.x, i, s.sums, 0);
        return 1;
    }

    private static int f32(Matrix m, long offset, int left, int n, SumOperands s, int i) {
        MemorySegment w = m.data();
        if (left >= 8) {
            F32Sums.x8(w, offset, m.rowBytes(), n, s.x, i, s.sums);
            return 8;
        }
        if (left >= 4) {
            F32Sums.x4(w, offset, m.rowBytes(), n, s.x, i, s.sums);
            return 4;
        }
        F32Sums.x1(w, offset, n, s.x, i, s.sums);
        return 1;
    }

    /** The next 16 weight rows, 4 or 1, decoded anew for each row of factors. */
    private static int fp8(Matrix m, long offset, int left, int n, SumOperands s, int i) {
        long stride = m.rowBytes();
        if (left < InputOrder.TURN) {
            int rows = left >= InputOrder.STEP ? InputOrder.STEP : 1;
            fp8Rows(m, offset, stride, rows, n, s, i);
            return rows;
        }
        for (int r = 0; r < InputOrder.STEP; r++) {
            int place = i + r * InputOrder.STEP;
            long from = offset + r * stride;
            fp8Rows(m, from, InputOrder.STEP * stride, InputOrder.STEP, n, s, place);
        }
        return InputOrder.TURN;
    }

    /** 4 weight rows or 1, {@code stride} bytes apart, with consecutive factors. */
    private static void fp8Rows(
            Matrix m, long offset, long stride, int rows, int n, SumOperands s, int i) {
        MemorySegment w = m.data();
        int shared = rows > 1 && Dots.IN_REGISTERS ? s.rows / SHARED * SHARED : 0;
        for (int t = 0; t < shared; t += SHARED) {
            Fp8MovedSums.x4by4(w, offset, stride, n, s, t * TileOperands.STRIDE + i, t * s.step);
        }
        for (int t = shared; t < s.rows; t++) {
            int x0 = t * TileOperands.STRIDE + i;
            long s0 = t * s.step;
            if (Dots.TABLES && rows > 1) {
                Fp8TableSums.x4(w, offset, stride, n, s.x, x0, s.sums, s0);
            } else if (Dots.TABLES) {
                Fp8TableSums.x1(w, offset, n, s.x, x0, s.sums, s0);
            } else if (Dots.MOVED && rows > 1) {
                Fp8MovedSums.x4(w, offset, stride, n, s.x, x0, s.sums, s0);
            } else if (Dots.MOVED) {
                Fp8MovedSums.x1(w, offset, n, s.x, x0, s.sums, s0);
            } else if (rows > 1) { // one row of factors: see most
                Fp8Sums.x4(w, offset, stride, n, s.x, x0, s.sums);
            } else {
                Fp8Sums.x1(w, offset, n, s.x, x0, s.sums);
            }
        }
    }

    static void collect(Matrix m, int columns, SumOperands s, int t, float[] y, int at) {
        int n = takes(m) ? whole(m, columns) : 0;
        long s0 = t * s.step;
        switch (m.dtype()) {
            case BF16 -> SumOrder.pairs(s.sums, s0, n, y, at);
            case F8_E4M3 -> SumOrder.quads(s.sums, s0, n, Dots.FP8_UNIT, y, at);
            default -> SumOrder.plain(s.sums, s0, n, y, at);
        }
        for (int j = n; j < columns; j++) {
            y[at + j] += s.sums.get(FLOAT, s0 + 4L * j);
        }
    }
}
