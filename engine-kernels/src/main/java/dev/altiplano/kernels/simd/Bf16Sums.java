package dev.altiplano.kernels.simd;

import static jdk.incubator.vector.VectorOperators.LSHL;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorSpecies;

import java.lang.foreign.MemorySegment;

/**
 * Sums of BF16 rows of an input-major matrix, each times its factor: {@code sums[j] += sum over i
 * of x[i] * W[i, j]}, one chain in the order of i.
 *
 * <p>Columns come in the order of the kernel, of two vectors the even ones first: {@link SumOrder}
 * puts them right.
 */
final class Bf16Sums {
    private static final VectorSpecies<Float> F = FloatVector.SPECIES_PREFERRED;
    private static final VectorSpecies<Integer> I = F.withLanes(int.class);

    /** The upper half of a lane. */
    private static final int HIGH = 0xFFFF0000;

    private static final int L = F.length();
    private static final long V = F.vectorByteSize();

    private Bf16Sums() {}

    /** 12 rows. */
    static void x12(
            MemorySegment w, long o0, long stride, int n, float[] x, int x0, MemorySegment sums) {
        Segments.touch(w, o0);
        long o1 = o0 + stride;
        long o2 = o1 + stride;
        long o3 = o2 + stride;
        long o4 = o3 + stride;
        long o5 = o4 + stride;
        long o6 = o5 + stride;
        long o7 = o6 + stride;
        long o8 = o7 + stride;
        long o9 = o8 + stride;
        long o10 = o9 + stride;
        long o11 = o10 + stride;
        FloatVector f0 = FloatVector.broadcast(F, x[x0]);
        FloatVector f1 = FloatVector.broadcast(F, x[x0 + 1]);
        FloatVector f2 = FloatVector.broadcast(F, x[x0 + 2]);
        FloatVector f3 = FloatVector.broadcast(F, x[x0 + 3]);
        FloatVector f4 = FloatVector.broadcast(F, x[x0 + 4]);
        FloatVector f5 = FloatVector.broadcast(F, x[x0 + 5]);
        FloatVector f6 = FloatVector.broadcast(F, x[x0 + 6]);
        FloatVector f7 = FloatVector.broadcast(F, x[x0 + 7]);
        FloatVector f8 = FloatVector.broadcast(F, x[x0 + 8]);
        FloatVector f9 = FloatVector.broadcast(F, x[x0 + 9]);
        FloatVector f10 = FloatVector.broadcast(F, x[x0 + 10]);
        FloatVector f11 = FloatVector.broadcast(F, x[x0 + 11]);
        for (int j = 0; j < n; j += 2 * L) {
            FloatVector a = FloatVector.fromMemorySegment(F, sums, 4L * j, LITTLE_ENDIAN);
            FloatVector b = FloatVector.fromMemorySegment(F, sums, 4L * j + V, LITTLE_ENDIAN);
            IntVector w0 = IntVector.fromMemorySegment(I, w, o0 + 2L * j, LITTLE_ENDIAN);
            a = w0.lanewise(LSHL, 16).reinterpretAsFloats().fma(f0, a);
            b = w0.and(HIGH).reinterpretAsFloats().fma(f0, b);
            IntVector w1 = IntVector.fromMemorySegment(I, w, o1 + 2L * j, LITTLE_ENDIAN);
            a = w1.lanewise(LSHL, 16).reinterpretAsFloats().fma(f1, a);
            b = w1.and(HIGH).reinterpretAsFloats().fma(f1, b);
            IntVector w2 = IntVector.fromMemorySegment(I, w, o2 + 2L * j, LITTLE_ENDIAN);
            a = w2.lanewise(LSHL, 16).reinterpretAsFloats().fma(f2, a);
            b = w2.and(HIGH).reinterpretAsFloats().fma(f2, b);
            IntVector w3 = IntVector.fromMemorySegment(I, w, o3 + 2L * j, LITTLE_ENDIAN);
            a = w3.lanewise(LSHL, 16).reinterpretAsFloats().fma(f3, a);
            b = w3.and(HIGH).reinterpretAsFloats().fma(f3, b);
            IntVector w4 = IntVector.fromMemorySegment(I, w, o4 + 2L * j, LITTLE_ENDIAN);
            a = w4.lanewise(LSHL, 16).reinterpretAsFloats().fma(f4, a);
            b = w4.and(HIGH).reinterpretAsFloats().fma(f4, b);
            IntVector w5 = IntVector.fromMemorySegment(I, w, o5 + 2L * j, LITTLE_ENDIAN);
            a = w5.lanewise(LSHL, 16).reinterpretAsFloats().fma(f5, a);
            b = w5.and(HIGH).reinterpretAsFloats().fma(f5, b);
            IntVector w6 = IntVector.fromMemorySegment(I, w, o6 + 2L * j, LITTLE_ENDIAN);
            a = w6.lanewise(LSHL, 16).reinterpretAsFloats().fma(f6, a);
            b = w6.and(HIGH).reinterpretAsFloats().fma(f6, b);
            IntVector w7 = IntVector.fromMemorySegment(I, w, o7 + 2L * j, LITTLE_ENDIAN);
            a = w7.lanewise(LSHL, 16).reinterpretAsFloats().fma(f7, a);
            b = w7.and(HIGH).reinterpretAsFloats().fma(f7, b);
            IntVector w8 = IntVector.fromMemorySegment(I, w, o8 + 2L * j, LITTLE_ENDIAN);
            a = w8.lanewise(LSHL, 16).reinterpretAsFloats().fma(f8, a);
            b = w8.and(HIGH).reinterpretAsFloats().fma(f8, b);
            IntVector w9 = IntVector.fromMemorySegment(I, w, o9 + 2L * j, LITTLE_ENDIAN);
            a = w9.lanewise(LSHL, 16).reinterpretAsFloats().fma(f9, a);
            b = w9.and(HIGH).reinterpretAsFloats().fma(f9, b);
            IntVector w10 = IntVector.fromMemorySegment(I, w, o10 + 2L * j, LITTLE_ENDIAN);
            a = w10.lanewise(LSHL, 16).reinterpretAsFloats().fma(f10, a);
            b = w10.and(HIGH).reinterpretAsFloats().fma(f10, b);
            IntVector w11 = IntVector.fromMemorySegment(I, w, o11 + 2L * j, LITTLE_ENDIAN);
            a = w11.lanewise(LSHL, 16).reinterpretAsFloats().fma(f11, a);
            b = w11.and(HIGH).reinterpretAsFloats().fma(f11, b);
            a.intoMemorySegment(sums, 4L * j, LITTLE_ENDIAN);
            b.intoMemorySegment(sums, 4L * j + V, LITTLE_ENDIAN);
        }
    }

    /** 4 rows. */
    static void x4(
            MemorySegment w,
            long o0,
            long stride,
            int n,
            float[] x,
            int x0,
            MemorySegment sums,
            long s0) {
        Segments.touch(w, o0);
        long o1 = o0 + stride;
        long o2 = o1 + stride;
        long o3 = o2 + stride;
        FloatVector f0 = FloatVector.broadcast(F, x[x0]);
        FloatVector f1 = FloatVector.broadcast(F, x[x0 + 1]);
        FloatVector f2 = FloatVector.broadcast(F, x[x0 + 2]);
        FloatVector f3 = FloatVector.broadcast(F, x[x0 + 3]);
        for (int j = 0; j < n; j += 2 * L) {
            FloatVector a = FloatVector.fromMemorySegment(F, sums, s0 + 4L * j, LITTLE_ENDIAN);
            FloatVector b = FloatVector.fromMemorySegment(F, sums, s0 + 4L * j + V, LITTLE_ENDIAN);
            IntVector w0 = IntVector.fromMemorySegment(I, w, o0 + 2L * j, LITTLE_ENDIAN);
            a = w0.lanewise(LSHL, 16).reinterpretAsFloats().fma(f0, a);
            b = w0.and(HIGH).reinterpretAsFloats().fma(f0, b);
            IntVector w1 = IntVector.fromMemorySegment(I, w, o1 + 2L * j, LITTLE_ENDIAN);
            a = w1.lanewise(LSHL, 16).reinterpretAsFloats().fma(f1, a);
            b = w1.and(HIGH).reinterpretAsFloats().fma(f1, b);
            IntVector w2 = IntVector.fromMemorySegment(I, w, o2 + 2L * j, LITTLE_ENDIAN);
            a = w2.lanewise(LSHL, 16).reinterpretAsFloats().fma(f2, a);
            b = w2.and(HIGH).reinterpretAsFloats().fma(f2, b);
            IntVector w3 = IntVector.fromMemorySegment(I, w, o3 + 2L * j, LITTLE_ENDIAN);
            a = w3.lanewise(LSHL, 16).reinterpretAsFloats().fma(f3, a);
            b = w3.and(HIGH).reinterpretAsFloats().fma(f3, b);
            a.intoMemorySegment(sums, s0 + 4L * j, LITTLE_ENDIAN);
            b.intoMemorySegment(sums, s0 + 4L * j + V, LITTLE_ENDIAN);
        }
    }

    /** 1 row; sums from byte {@code s0} on. */
    static void x1(
            MemorySegment w, long o0, int n, float[] x, int x0, MemorySegment sums, long s0) {
        Segments.touch(w, o0);
        FloatVector f0 = FloatVector.broadcast(F, x[x0]);
        for (int j = 0; j < n; j += 2 * L) {
            FloatVector a = FloatVector.fromMemorySegment(F, sums, s0 + 4L * j, LITTLE_ENDIAN);
            FloatVector b = FloatVector.fromMemorySegment(F, sums, s0 + 4L * j + V, LITTLE_ENDIAN);
            IntVector w0 = IntVector.fromMemorySegment(I, w, o0 + 2L * j, LITTLE_ENDIAN);
            a = w0.lanewise(LSHL, 16).reinterpretAsFloats().fma(f0, a);
            b = w0.and(HIGH).reinterpretAsFloats().fma(f0, b);
            a.intoMemorySegment(sums, s0 + 4L * j, LITTLE_ENDIAN);
            b.intoMemorySegment(sums, s0 + 4L * j + V, LITTLE_ENDIAN);
        }
    }
}
