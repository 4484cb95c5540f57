package dev.altiplano.kernels.simd;

import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LSHR;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import dev.altiplano.kernels.DType;
import dev.altiplano.kernels.Matrix;
import dev.altiplano.kernels.Order;
import dev.altiplano.kernels.Scales;
import dev.altiplano.kernels.internal.SumOperands;
import dev.altiplano.kernels.internal.Weights;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorSpecies;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Objects;

/**
 * Rows of input-major E2M1 codes with one scale for 16 inputs of an output (NVFP4 as ModelOpt
 * stores fused experts). Codes are looked up as in {@link Fp4TableDots} where a vector has room for
 * the values of all, or else moved as in {@link Fp4Dots}, and multiplied by their scale, so that a
 * sum has the bits of one over decoded weights.
 */
final class Fp4Sums {
    private static final VectorSpecies<Float> F = FloatVector.SPECIES_PREFERRED;
    private static final VectorSpecies<Integer> I = F.withLanes(int.class);
    private static final ValueLayout.OfFloat FLOAT =
            ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(LITTLE_ENDIAN);

    /** Inputs of a scale. */
    private static final int BLOCK = 16;

    private static final int L = F.length();
    private static final long V = F.vectorByteSize();

    private Fp4Sums() {}

    static boolean takes(Matrix m) {
        Scales s = m.scales();
        return L >= 8 // shorter vectors would load more codes than they have lanes
                && m.dtype() == DType.F4_E2M1
                && m.order() == Order.INPUT_MAJOR
                && s != null
                && s.dtype() == DType.F8_E4M3
                && s.outputBlock() == 1
                && s.inputBlock() == BLOCK
                && s.groups() == null
                && s.zeroPoints() == null
                && (float) s.factor() == s.factor();
    }

    /** As {@link Sums#add}. */
    static void add(Matrix m, int row, int count, int column, int columns, SumOperands s) {
        Scales scales = Objects.requireNonNull(m.scales());
        float factor = (float) scales.factor();
        int n = columns / L * L;
        for (int i = 0; i < count; ) {
            if ((row + i) % BLOCK == 0 && count - i >= BLOCK) {
                long from = (row + i) / 2 * m.rowBytes() + column;
                long at = (long) (row + i) / BLOCK * m.outputs() + column;
                MemorySegment w = m.data();
                if (CodedDots.TABLE) {
                    table(w, from, m.rowBytes(), n, scales.data(), at, factor, s.x, i, s.sums);
                } else {
                    moved(w, from, m.rowBytes(), n, scales.data(), at, factor, s.x, i, s.sums);
                }
                add(m, row + i, BLOCK, column, n, columns, s, i);
                i += BLOCK;
            } else {
                add(m, row + i, 1, column, 0, columns, s, i);
                i++;
            }
        }
    }

    /** Columns one by one: empty for Llama 4's widths. */
    private static void add(
            Matrix m, int row, int rows, int column, int from, int to, SumOperands s, int x0) {
        for (int j = from; j < to; j++) {
            float sum = s.sums.get(FLOAT, 4L * j);
            for (int i = 0; i < rows; i++) {
                float weight = Weights.at(m, column + j, row + i);
                sum = Math.fma(weight, s.x[x0 + i], sum);
            }
            s.sums.set(FLOAT, 4L * j, sum);
        }
    }

    /** The inputs of one scale: eight rows of bytes, in a loop because C2 takes no more at once. */
    private static void table(
            MemorySegment w,
            long first,
            long stride,
            int n,
            MemorySegment scales,
            long at,
            float factor,
            float[] x,
            int x0,
            MemorySegment sums) {
        Segments.touch(w, first);
        IntVector values = IntVector.fromArray(I, Fp4TableDots.VALUES, 0);
        for (int j = 0; j < n; j += L) {
            FloatVector scale = Fp8Decode.value(Fp8Decode.load(scales, at + j)).mul(factor);
            FloatVector sum = FloatVector.fromMemorySegment(F, sums, 4L * j, LITTLE_ENDIAN);
            for (int r = 0; r < BLOCK / 2; r++) {
                IntVector codes = Fp8Decode.load(w, first + r * stride + j);
                FloatVector even = codes.selectFrom(values).reinterpretAsFloats();
                sum = even.mul(scale).fma(FloatVector.broadcast(F, x[x0 + 2 * r]), sum);
                FloatVector odd = codes.lanewise(LSHR, 4).selectFrom(values).reinterpretAsFloats();
                sum = odd.mul(scale).fma(FloatVector.broadcast(F, x[x0 + 2 * r + 1]), sum);
            }
            sum.intoMemorySegment(sums, 4L * j, LITTLE_ENDIAN);
        }
    }

    /** As {@link #table}, without the table. */
    private static void moved(
            MemorySegment w,
            long first,
            long stride,
            int n,
            MemorySegment scales,
            long at,
            float factor,
            float[] x,
            int x0,
            MemorySegment sums) {
        Segments.touch(w, first);
        for (int j = 0; j < n; j += L) {
            FloatVector scale = Fp8Decode.value(Fp8Decode.load(scales, at + j)).mul(factor);
            FloatVector sum = FloatVector.fromMemorySegment(F, sums, 4L * j, LITTLE_ENDIAN);
            for (int r = 0; r < BLOCK / 2; r++) {
                IntVector codes = Fp8Decode.load(w, first + r * stride + j);
                FloatVector even = Fp4Dots.value(codes.lanewise(LSHL, 28)).mul(scale);
                sum = even.fma(FloatVector.broadcast(F, x[x0 + 2 * r]), sum);
                FloatVector odd = Fp4Dots.value(codes.lanewise(LSHL, 24)).mul(scale);
                sum = odd.fma(FloatVector.broadcast(F, x[x0 + 2 * r + 1]), sum);
            }
            sum.intoMemorySegment(sums, 4L * j, LITTLE_ENDIAN);
        }
    }

    /**
     * Weights of one input to panels of two vectors.
     *
     * @param panel bytes from one panel to the next
     */
    static void panels(
            Matrix m, int row, int column, int panels, MemorySegment out, long at, long panel) {
        Scales scales = Objects.requireNonNull(m.scales());
        MemorySegment s = scales.data();
        float factor = (float) scales.factor();
        MemorySegment w = m.data();
        long from = row / 2 * m.rowBytes() + column;
        long scaleAt = (long) row / BLOCK * m.outputs() + column;
        int shift = row % 2 * 4;
        Segments.touch(w, from);
        if (CodedDots.TABLE) {
            tablePanels(w, from, shift, s, scaleAt, factor, panels, out, at, panel);
        } else {
            movedPanels(w, from, 28 - shift, s, scaleAt, factor, panels, out, at, panel);
        }
    }

    private static void tablePanels(
            MemorySegment w,
            long from,
            int shift,
            MemorySegment s,
            long scaleAt,
            float factor,
            int panels,
            MemorySegment out,
            long at,
            long panel) {
        IntVector values = IntVector.fromArray(I, Fp4TableDots.VALUES, 0);
        for (int p = 0; p < panels; p++) {
            long o = 2L * L * p;
            long to = at + panel * p;
            Fp8Decode.load(w, from + o)
                    .lanewise(LSHR, shift)
                    .selectFrom(values)
                    .reinterpretAsFloats()
                    .mul(Fp8Decode.value(Fp8Decode.load(s, scaleAt + o)).mul(factor))
                    .intoMemorySegment(out, to, LITTLE_ENDIAN);
            Fp8Decode.load(w, from + o + L)
                    .lanewise(LSHR, shift)
                    .selectFrom(values)
                    .reinterpretAsFloats()
                    .mul(Fp8Decode.value(Fp8Decode.load(s, scaleAt + o + L)).mul(factor))
                    .intoMemorySegment(out, to + V, LITTLE_ENDIAN);
        }
    }

    private static void movedPanels(
            MemorySegment w,
            long from,
            int shift,
            MemorySegment s,
            long scaleAt,
            float factor,
            int panels,
            MemorySegment out,
            long at,
            long panel) {
        for (int v = 0; v < 2 * panels; v++) {
            long o = (long) L * v;
            FloatVector scale = Fp8Decode.value(Fp8Decode.load(s, scaleAt + o)).mul(factor);
            Fp4Dots.value(Fp8Decode.load(w, from + o).lanewise(LSHL, shift))
                    .mul(scale)
                    .intoMemorySegment(out, at + (v >> 1) * panel + (v & 1) * V, LITTLE_ENDIAN);
        }
    }
}
