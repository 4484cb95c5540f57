package dev.altiplano.kernels.simd;

import static jdk.incubator.vector.VectorOperators.GE;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.ZERO_EXTEND_S2I;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

import java.lang.foreign.MemorySegment;

/**
 * Sums of matrix rows, each times its factor: {@code out[j] += sum over i of x[i] * row[i][j]}, one
 * chain in the order of i per element; the columns are a multiple of the vector length.
 */
final class RowSums {
    private static final VectorSpecies<Float> F = FloatVector.SPECIES_PREFERRED;
    private static final VectorSpecies<Integer> I = F.withLanes(int.class);
    private static final VectorSpecies<Short> S =
            VectorSpecies.of(short.class, VectorShape.forBitSize(F.vectorBitSize() / 2));
    private static final int L = F.length();

    private RowSums() {}

    static void bf16x8(
            MemorySegment w, long o0, long stride, int n, float[] x, int x0, float[] out) {
        Mapped.guard(w, o0);
        FloatVector f0 = FloatVector.broadcast(F, x[x0]);
        long o1 = o0 + stride;
        FloatVector f1 = FloatVector.broadcast(F, x[x0 + 1]);
        long o2 = o1 + stride;
        FloatVector f2 = FloatVector.broadcast(F, x[x0 + 2]);
        long o3 = o2 + stride;
        FloatVector f3 = FloatVector.broadcast(F, x[x0 + 3]);
        long o4 = o3 + stride;
        FloatVector f4 = FloatVector.broadcast(F, x[x0 + 4]);
        long o5 = o4 + stride;
        FloatVector f5 = FloatVector.broadcast(F, x[x0 + 5]);
        long o6 = o5 + stride;
        FloatVector f6 = FloatVector.broadcast(F, x[x0 + 6]);
        long o7 = o6 + stride;
        FloatVector f7 = FloatVector.broadcast(F, x[x0 + 7]);
        for (int j = 0; j < n; j += L) {
            FloatVector y = FloatVector.fromArray(F, out, j);
            y =
                    ((IntVector)
                                    ShortVector.fromMemorySegment(S, w, o0 + 2L * j, LITTLE_ENDIAN)
                                            .convertShape(ZERO_EXTEND_S2I, I, 0))
                            .lanewise(LSHL, 16)
                            .reinterpretAsFloats()
                            .fma(f0, y);
            y =
                    ((IntVector)
                                    ShortVector.fromMemorySegment(S, w, o1 + 2L * j, LITTLE_ENDIAN)
                                            .convertShape(ZERO_EXTEND_S2I, I, 0))
                            .lanewise(LSHL, 16)
                            .reinterpretAsFloats()
                            .fma(f1, y);
            y =
                    ((IntVector)
                                    ShortVector.fromMemorySegment(S, w, o2 + 2L * j, LITTLE_ENDIAN)
                                            .convertShape(ZERO_EXTEND_S2I, I, 0))
                            .lanewise(LSHL, 16)
                            .reinterpretAsFloats()
                            .fma(f2, y);
            y =
                    ((IntVector)
                                    ShortVector.fromMemorySegment(S, w, o3 + 2L * j, LITTLE_ENDIAN)
                                            .convertShape(ZERO_EXTEND_S2I, I, 0))
                            .lanewise(LSHL, 16)
                            .reinterpretAsFloats()
                            .fma(f3, y);
            y =
                    ((IntVector)
                                    ShortVector.fromMemorySegment(S, w, o4 + 2L * j, LITTLE_ENDIAN)
                                            .convertShape(ZERO_EXTEND_S2I, I, 0))
                            .lanewise(LSHL, 16)
                            .reinterpretAsFloats()
                            .fma(f4, y);
            y =
                    ((IntVector)
                                    ShortVector.fromMemorySegment(S, w, o5 + 2L * j, LITTLE_ENDIAN)
                                            .convertShape(ZERO_EXTEND_S2I, I, 0))
                            .lanewise(LSHL, 16)
                            .reinterpretAsFloats()
                            .fma(f5, y);
            y =
                    ((IntVector)
                                    ShortVector.fromMemorySegment(S, w, o6 + 2L * j, LITTLE_ENDIAN)
                                            .convertShape(ZERO_EXTEND_S2I, I, 0))
                            .lanewise(LSHL, 16)
                            .reinterpretAsFloats()
                            .fma(f6, y);
            y =
                    ((IntVector)
                                    ShortVector.fromMemorySegment(S, w, o7 + 2L * j, LITTLE_ENDIAN)
                                            .convertShape(ZERO_EXTEND_S2I, I, 0))
                            .lanewise(LSHL, 16)
                            .reinterpretAsFloats()
                            .fma(f7, y);
            y.intoArray(out, j);
        }
    }

    static void bf16x1(MemorySegment w, long o0, int n, float[] x, int x0, float[] out) {
        Mapped.guard(w, o0);
        FloatVector f0 = FloatVector.broadcast(F, x[x0]);
        for (int j = 0; j < n; j += L) {
            FloatVector y = FloatVector.fromArray(F, out, j);
            y =
                    ((IntVector)
                                    ShortVector.fromMemorySegment(S, w, o0 + 2L * j, LITTLE_ENDIAN)
                                            .convertShape(ZERO_EXTEND_S2I, I, 0))
                            .lanewise(LSHL, 16)
                            .reinterpretAsFloats()
                            .fma(f0, y);
            y.intoArray(out, j);
        }
    }

    static void f32x8(
            MemorySegment w, long o0, long stride, int n, float[] x, int x0, float[] out) {
        Mapped.guard(w, o0);
        FloatVector f0 = FloatVector.broadcast(F, x[x0]);
        long o1 = o0 + stride;
        FloatVector f1 = FloatVector.broadcast(F, x[x0 + 1]);
        long o2 = o1 + stride;
        FloatVector f2 = FloatVector.broadcast(F, x[x0 + 2]);
        long o3 = o2 + stride;
        FloatVector f3 = FloatVector.broadcast(F, x[x0 + 3]);
        long o4 = o3 + stride;
        FloatVector f4 = FloatVector.broadcast(F, x[x0 + 4]);
        long o5 = o4 + stride;
        FloatVector f5 = FloatVector.broadcast(F, x[x0 + 5]);
        long o6 = o5 + stride;
        FloatVector f6 = FloatVector.broadcast(F, x[x0 + 6]);
        long o7 = o6 + stride;
        FloatVector f7 = FloatVector.broadcast(F, x[x0 + 7]);
        for (int j = 0; j < n; j += L) {
            FloatVector y = FloatVector.fromArray(F, out, j);
            y = FloatVector.fromMemorySegment(F, w, o0 + 4L * j, LITTLE_ENDIAN).fma(f0, y);
            y = FloatVector.fromMemorySegment(F, w, o1 + 4L * j, LITTLE_ENDIAN).fma(f1, y);
            y = FloatVector.fromMemorySegment(F, w, o2 + 4L * j, LITTLE_ENDIAN).fma(f2, y);
            y = FloatVector.fromMemorySegment(F, w, o3 + 4L * j, LITTLE_ENDIAN).fma(f3, y);
            y = FloatVector.fromMemorySegment(F, w, o4 + 4L * j, LITTLE_ENDIAN).fma(f4, y);
            y = FloatVector.fromMemorySegment(F, w, o5 + 4L * j, LITTLE_ENDIAN).fma(f5, y);
            y = FloatVector.fromMemorySegment(F, w, o6 + 4L * j, LITTLE_ENDIAN).fma(f6, y);
            y = FloatVector.fromMemorySegment(F, w, o7 + 4L * j, LITTLE_ENDIAN).fma(f7, y);
            y.intoArray(out, j);
        }
    }

    static void f32x1(MemorySegment w, long o0, int n, float[] x, int x0, float[] out) {
        Mapped.guard(w, o0);
        FloatVector f0 = FloatVector.broadcast(F, x[x0]);
        for (int j = 0; j < n; j += L) {
            FloatVector y = FloatVector.fromArray(F, out, j);
            y = FloatVector.fromMemorySegment(F, w, o0 + 4L * j, LITTLE_ENDIAN).fma(f0, y);
            y.intoArray(out, j);
        }
    }

    /** As {@link #bf16x1} for FP16: see {@link Decode#f16}. */
    static void f16x1(MemorySegment w, long o0, int n, float[] x, int x0, float[] out) {
        Mapped.guard(w, o0);
        FloatVector factor = FloatVector.broadcast(F, x[x0]);
        for (int j = 0; j < n; j += L) {
            ShortVector stored = ShortVector.fromMemorySegment(S, w, o0 + 2L * j, LITTLE_ENDIAN);
            IntVector bits = (IntVector) stored.convertShape(ZERO_EXTEND_S2I, I, 0);
            IntVector magnitude = bits.and(0x7FFF).lanewise(LSHL, 13);
            IntVector finite = magnitude.reinterpretAsFloats().mul(0x1p112f).reinterpretAsInts();
            finite.blend(magnitude.or(0x7F800000), magnitude.compare(GE, 0x7C00 << 13))
                    .or(bits.and(0x8000).lanewise(LSHL, 16))
                    .reinterpretAsFloats()
                    .fma(factor, FloatVector.fromArray(F, out, j))
                    .intoArray(out, j);
        }
    }
}
