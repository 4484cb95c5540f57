package dev.altiplano.kernels.simd;

import static jdk.incubator.vector.VectorOperators.LSHL;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import dev.altiplano.kernels.internal.SumOperands;
import dev.altiplano.kernels.internal.TileOperands;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorSpecies;

import java.lang.foreign.MemorySegment;

/**
 * As {@link Bf16Sums} for several rows of factors, which share one reading of the weights: {@code
 * sums[t, j] += sum over i of x[t, i] * W[i, j]}. For 32 registers, most of which hold factors.
 */
final class Bf16SharedSums {
    private static final VectorSpecies<Float> F = FloatVector.SPECIES_PREFERRED;
    private static final VectorSpecies<Integer> I = F.withLanes(int.class);

    /** The upper half of a lane. */
    private static final int HIGH = 0xFFFF0000;

    private static final int L = F.length();
    private static final long V = F.vectorByteSize();

    /** From one row of factors to the next. */
    private static final int ROW = TileOperands.STRIDE;

    private Bf16SharedSums() {}

    /** 4 weight rows, 2 rows of factors. */
    static void x4by2(
            MemorySegment w, long o0, long stride, int n, SumOperands s, int x0, long s0) {
        Segments.touch(w, o0);
        float[] x = s.x;
        MemorySegment sums = s.sums;
        long o1 = o0 + stride;
        long o2 = o1 + stride;
        long o3 = o2 + stride;
        long s1 = s0 + s.step;
        FloatVector f0t0 = FloatVector.broadcast(F, x[x0]);
        FloatVector f1t0 = FloatVector.broadcast(F, x[x0 + 1]);
        FloatVector f2t0 = FloatVector.broadcast(F, x[x0 + 2]);
        FloatVector f3t0 = FloatVector.broadcast(F, x[x0 + 3]);
        FloatVector f0t1 = FloatVector.broadcast(F, x[x0 + ROW]);
        FloatVector f1t1 = FloatVector.broadcast(F, x[x0 + ROW + 1]);
        FloatVector f2t1 = FloatVector.broadcast(F, x[x0 + ROW + 2]);
        FloatVector f3t1 = FloatVector.broadcast(F, x[x0 + ROW + 3]);
        for (int j = 0; j < n; j += 2 * L) {
            FloatVector a0 = FloatVector.fromMemorySegment(F, sums, s0 + 4L * j, LITTLE_ENDIAN);
            FloatVector b0 = FloatVector.fromMemorySegment(F, sums, s0 + 4L * j + V, LITTLE_ENDIAN);
            FloatVector a1 = FloatVector.fromMemorySegment(F, sums, s1 + 4L * j, LITTLE_ENDIAN);
            FloatVector b1 = FloatVector.fromMemorySegment(F, sums, s1 + 4L * j + V, LITTLE_ENDIAN);
            IntVector w0 = IntVector.fromMemorySegment(I, w, o0 + 2L * j, LITTLE_ENDIAN);
            FloatVector c0 = w0.lanewise(LSHL, 16).reinterpretAsFloats();
            a0 = c0.fma(f0t0, a0);
            a1 = c0.fma(f0t1, a1);
            FloatVector d0 = w0.and(HIGH).reinterpretAsFloats();
            b0 = d0.fma(f0t0, b0);
            b1 = d0.fma(f0t1, b1);
            IntVector w1 = IntVector.fromMemorySegment(I, w, o1 + 2L * j, LITTLE_ENDIAN);
            FloatVector c1 = w1.lanewise(LSHL, 16).reinterpretAsFloats();
            a0 = c1.fma(f1t0, a0);
            a1 = c1.fma(f1t1, a1);
            FloatVector d1 = w1.and(HIGH).reinterpretAsFloats();
            b0 = d1.fma(f1t0, b0);
            b1 = d1.fma(f1t1, b1);
            IntVector w2 = IntVector.fromMemorySegment(I, w, o2 + 2L * j, LITTLE_ENDIAN);
            FloatVector c2 = w2.lanewise(LSHL, 16).reinterpretAsFloats();
            a0 = c2.fma(f2t0, a0);
            a1 = c2.fma(f2t1, a1);
            FloatVector d2 = w2.and(HIGH).reinterpretAsFloats();
            b0 = d2.fma(f2t0, b0);
            b1 = d2.fma(f2t1, b1);
            IntVector w3 = IntVector.fromMemorySegment(I, w, o3 + 2L * j, LITTLE_ENDIAN);
            FloatVector c3 = w3.lanewise(LSHL, 16).reinterpretAsFloats();
            a0 = c3.fma(f3t0, a0);
            a1 = c3.fma(f3t1, a1);
            FloatVector d3 = w3.and(HIGH).reinterpretAsFloats();
            b0 = d3.fma(f3t0, b0);
            b1 = d3.fma(f3t1, b1);
            a0.intoMemorySegment(sums, s0 + 4L * j, LITTLE_ENDIAN);
            b0.intoMemorySegment(sums, s0 + 4L * j + V, LITTLE_ENDIAN);
            a1.intoMemorySegment(sums, s1 + 4L * j, LITTLE_ENDIAN);
            b1.intoMemorySegment(sums, s1 + 4L * j + V, LITTLE_ENDIAN);
        }
    }

    /** 4 weight rows, 3 rows of factors. */
    static void x4by3(
            MemorySegment w, long o0, long stride, int n, SumOperands s, int x0, long s0) {
        Segments.touch(w, o0);
        float[] x = s.x;
        MemorySegment sums = s.sums;
        long o1 = o0 + stride;
        long o2 = o1 + stride;
        long o3 = o2 + stride;
        long s1 = s0 + s.step;
        long s2 = s1 + s.step;
        FloatVector f0t0 = FloatVector.broadcast(F, x[x0]);
        FloatVector f1t0 = FloatVector.broadcast(F, x[x0 + 1]);
        FloatVector f2t0 = FloatVector.broadcast(F, x[x0 + 2]);
        FloatVector f3t0 = FloatVector.broadcast(F, x[x0 + 3]);
        FloatVector f0t1 = FloatVector.broadcast(F, x[x0 + ROW]);
        FloatVector f1t1 = FloatVector.broadcast(F, x[x0 + ROW + 1]);
        FloatVector f2t1 = FloatVector.broadcast(F, x[x0 + ROW + 2]);
        FloatVector f3t1 = FloatVector.broadcast(F, x[x0 + ROW + 3]);
        FloatVector f0t2 = FloatVector.broadcast(F, x[x0 + 2 * ROW]);
        FloatVector f1t2 = FloatVector.broadcast(F, x[x0 + 2 * ROW + 1]);
        FloatVector f2t2 = FloatVector.broadcast(F, x[x0 + 2 * ROW + 2]);
        FloatVector f3t2 = FloatVector.broadcast(F, x[x0 + 2 * ROW + 3]);
        for (int j = 0; j < n; j += 2 * L) {
            FloatVector a0 = FloatVector.fromMemorySegment(F, sums, s0 + 4L * j, LITTLE_ENDIAN);
            FloatVector b0 = FloatVector.fromMemorySegment(F, sums, s0 + 4L * j + V, LITTLE_ENDIAN);
            FloatVector a1 = FloatVector.fromMemorySegment(F, sums, s1 + 4L * j, LITTLE_ENDIAN);
            FloatVector b1 = FloatVector.fromMemorySegment(F, sums, s1 + 4L * j + V, LITTLE_ENDIAN);
            FloatVector a2 = FloatVector.fromMemorySegment(F, sums, s2 + 4L * j, LITTLE_ENDIAN);
            FloatVector b2 = FloatVector.fromMemorySegment(F, sums, s2 + 4L * j + V, LITTLE_ENDIAN);
            IntVector w0 = IntVector.fromMemorySegment(I, w, o0 + 2L * j, LITTLE_ENDIAN);
            FloatVector c0 = w0.lanewise(LSHL, 16).reinterpretAsFloats();
            a0 = c0.fma(f0t0, a0);
            a1 = c0.fma(f0t1, a1);
            a2 = c0.fma(f0t2, a2);
            FloatVector d0 = w0.and(HIGH).reinterpretAsFloats();
            b0 = d0.fma(f0t0, b0);
            b1 = d0.fma(f0t1, b1);
            b2 = d0.fma(f0t2, b2);
            IntVector w1 = IntVector.fromMemorySegment(I, w, o1 + 2L * j, LITTLE_ENDIAN);
            FloatVector c1 = w1.lanewise(LSHL, 16).reinterpretAsFloats();
            a0 = c1.fma(f1t0, a0);
            a1 = c1.fma(f1t1, a1);
            a2 = c1.fma(f1t2, a2);
            FloatVector d1 = w1.and(HIGH).reinterpretAsFloats();
            b0 = d1.fma(f1t0, b0);
            b1 = d1.fma(f1t1, b1);
            b2 = d1.fma(f1t2, b2);
            IntVector w2 = IntVector.fromMemorySegment(I, w, o2 + 2L * j, LITTLE_ENDIAN);
            FloatVector c2 = w2.lanewise(LSHL, 16).reinterpretAsFloats();
            a0 = c2.fma(f2t0, a0);
            a1 = c2.fma(f2t1, a1);
            a2 = c2.fma(f2t2, a2);
            FloatVector d2 = w2.and(HIGH).reinterpretAsFloats();
            b0 = d2.fma(f2t0, b0);
            b1 = d2.fma(f2t1, b1);
            b2 = d2.fma(f2t2, b2);
            IntVector w3 = IntVector.fromMemorySegment(I, w, o3 + 2L * j, LITTLE_ENDIAN);
            FloatVector c3 = w3.lanewise(LSHL, 16).reinterpretAsFloats();
            a0 = c3.fma(f3t0, a0);
            a1 = c3.fma(f3t1, a1);
            a2 = c3.fma(f3t2, a2);
            FloatVector d3 = w3.and(HIGH).reinterpretAsFloats();
            b0 = d3.fma(f3t0, b0);
            b1 = d3.fma(f3t1, b1);
            b2 = d3.fma(f3t2, b2);
            a0.intoMemorySegment(sums, s0 + 4L * j, LITTLE_ENDIAN);
            b0.intoMemorySegment(sums, s0 + 4L * j + V, LITTLE_ENDIAN);
            a1.intoMemorySegment(sums, s1 + 4L * j, LITTLE_ENDIAN);
            b1.intoMemorySegment(sums, s1 + 4L * j + V, LITTLE_ENDIAN);
            a2.intoMemorySegment(sums, s2 + 4L * j, LITTLE_ENDIAN);
            b2.intoMemorySegment(sums, s2 + 4L * j + V, LITTLE_ENDIAN);
        }
    }

    /** 4 weight rows, 4 rows of factors. */
    static void x4by4(
            MemorySegment w, long o0, long stride, int n, SumOperands s, int x0, long s0) {
        Segments.touch(w, o0);
        float[] x = s.x;
        MemorySegment sums = s.sums;
        long o1 = o0 + stride;
        long o2 = o1 + stride;
        long o3 = o2 + stride;
        long s1 = s0 + s.step;
        long s2 = s1 + s.step;
        long s3 = s2 + s.step;
        FloatVector f0t0 = FloatVector.broadcast(F, x[x0]);
        FloatVector f1t0 = FloatVector.broadcast(F, x[x0 + 1]);
        FloatVector f2t0 = FloatVector.broadcast(F, x[x0 + 2]);
        FloatVector f3t0 = FloatVector.broadcast(F, x[x0 + 3]);
        FloatVector f0t1 = FloatVector.broadcast(F, x[x0 + ROW]);
        FloatVector f1t1 = FloatVector.broadcast(F, x[x0 + ROW + 1]);
        FloatVector f2t1 = FloatVector.broadcast(F, x[x0 + ROW + 2]);
        FloatVector f3t1 = FloatVector.broadcast(F, x[x0 + ROW + 3]);
        FloatVector f0t2 = FloatVector.broadcast(F, x[x0 + 2 * ROW]);
        FloatVector f1t2 = FloatVector.broadcast(F, x[x0 + 2 * ROW + 1]);
        FloatVector f2t2 = FloatVector.broadcast(F, x[x0 + 2 * ROW + 2]);
        FloatVector f3t2 = FloatVector.broadcast(F, x[x0 + 2 * ROW + 3]);
        FloatVector f0t3 = FloatVector.broadcast(F, x[x0 + 3 * ROW]);
        FloatVector f1t3 = FloatVector.broadcast(F, x[x0 + 3 * ROW + 1]);
        FloatVector f2t3 = FloatVector.broadcast(F, x[x0 + 3 * ROW + 2]);
        FloatVector f3t3 = FloatVector.broadcast(F, x[x0 + 3 * ROW + 3]);
        for (int j = 0; j < n; j += 2 * L) {
            FloatVector a0 = FloatVector.fromMemorySegment(F, sums, s0 + 4L * j, LITTLE_ENDIAN);
            FloatVector b0 = FloatVector.fromMemorySegment(F, sums, s0 + 4L * j + V, LITTLE_ENDIAN);
            FloatVector a1 = FloatVector.fromMemorySegment(F, sums, s1 + 4L * j, LITTLE_ENDIAN);
            FloatVector b1 = FloatVector.fromMemorySegment(F, sums, s1 + 4L * j + V, LITTLE_ENDIAN);
            FloatVector a2 = FloatVector.fromMemorySegment(F, sums, s2 + 4L * j, LITTLE_ENDIAN);
            FloatVector b2 = FloatVector.fromMemorySegment(F, sums, s2 + 4L * j + V, LITTLE_ENDIAN);
            FloatVector a3 = FloatVector.fromMemorySegment(F, sums, s3 + 4L * j, LITTLE_ENDIAN);
            FloatVector b3 = FloatVector.fromMemorySegment(F, sums, s3 + 4L * j + V, LITTLE_ENDIAN);
            IntVector w0 = IntVector.fromMemorySegment(I, w, o0 + 2L * j, LITTLE_ENDIAN);
            FloatVector c0 = w0.lanewise(LSHL, 16).reinterpretAsFloats();
            a0 = c0.fma(f0t0, a0);
            a1 = c0.fma(f0t1, a1);
            a2 = c0.fma(f0t2, a2);
            a3 = c0.fma(f0t3, a3);
            FloatVector d0 = w0.and(HIGH).reinterpretAsFloats();
            b0 = d0.fma(f0t0, b0);
            b1 = d0.fma(f0t1, b1);
            b2 = d0.fma(f0t2, b2);
            b3 = d0.fma(f0t3, b3);
            IntVector w1 = IntVector.fromMemorySegment(I, w, o1 + 2L * j, LITTLE_ENDIAN);
            FloatVector c1 = w1.lanewise(LSHL, 16).reinterpretAsFloats();
            a0 = c1.fma(f1t0, a0);
            a1 = c1.fma(f1t1, a1);
            a2 = c1.fma(f1t2, a2);
            a3 = c1.fma(f1t3, a3);
            FloatVector d1 = w1.and(HIGH).reinterpretAsFloats();
            b0 = d1.fma(f1t0, b0);
            b1 = d1.fma(f1t1, b1);
            b2 = d1.fma(f1t2, b2);
            b3 = d1.fma(f1t3, b3);
            IntVector w2 = IntVector.fromMemorySegment(I, w, o2 + 2L * j, LITTLE_ENDIAN);
            FloatVector c2 = w2.lanewise(LSHL, 16).reinterpretAsFloats();
            a0 = c2.fma(f2t0, a0);
            a1 = c2.fma(f2t1, a1);
            a2 = c2.fma(f2t2, a2);
            a3 = c2.fma(f2t3, a3);
            FloatVector d2 = w2.and(HIGH).reinterpretAsFloats();
            b0 = d2.fma(f2t0, b0);
            b1 = d2.fma(f2t1, b1);
            b2 = d2.fma(f2t2, b2);
            b3 = d2.fma(f2t3, b3);
            IntVector w3 = IntVector.fromMemorySegment(I, w, o3 + 2L * j, LITTLE_ENDIAN);
            FloatVector c3 = w3.lanewise(LSHL, 16).reinterpretAsFloats();
            a0 = c3.fma(f3t0, a0);
            a1 = c3.fma(f3t1, a1);
            a2 = c3.fma(f3t2, a2);
            a3 = c3.fma(f3t3, a3);
            FloatVector d3 = w3.and(HIGH).reinterpretAsFloats();
            b0 = d3.fma(f3t0, b0);
            b1 = d3.fma(f3t1, b1);
            b2 = d3.fma(f3t2, b2);
            b3 = d3.fma(f3t3, b3);
            a0.intoMemorySegment(sums, s0 + 4L * j, LITTLE_ENDIAN);
            b0.intoMemorySegment(sums, s0 + 4L * j + V, LITTLE_ENDIAN);
            a1.intoMemorySegment(sums, s1 + 4L * j, LITTLE_ENDIAN);
            b1.intoMemorySegment(sums, s1 + 4L * j + V, LITTLE_ENDIAN);
            a2.intoMemorySegment(sums, s2 + 4L * j, LITTLE_ENDIAN);
            b2.intoMemorySegment(sums, s2 + 4L * j + V, LITTLE_ENDIAN);
            a3.intoMemorySegment(sums, s3 + 4L * j, LITTLE_ENDIAN);
            b3.intoMemorySegment(sums, s3 + 4L * j + V, LITTLE_ENDIAN);
        }
    }
}
