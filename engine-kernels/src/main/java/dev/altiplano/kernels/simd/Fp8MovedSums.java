package dev.altiplano.kernels.simd;

import static jdk.incubator.vector.VectorOperators.ASHR;
import static jdk.incubator.vector.VectorOperators.LSHL;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import dev.altiplano.kernels.internal.SumOperands;
import dev.altiplano.kernels.internal.TileOperands;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorSpecies;

import java.lang.foreign.MemorySegment;

/**
 * Sums of FP8-E4M3 rows of an input-major matrix, as {@link Fp8Sums}, for processors that multiply
 * subnormal numbers as fast as others; factors and sums as in {@link Fp8MovedDots}.
 */
final class Fp8MovedSums {
    private static final VectorSpecies<Float> F = FloatVector.SPECIES_PREFERRED;
    private static final VectorSpecies<Integer> I = F.withLanes(int.class);
    private static final float FACTOR = Fp8MovedDots.FACTOR;
    private static final int L = F.length();

    /** From one row of factors to the next. */
    private static final int ROW = TileOperands.STRIDE;

    private static final long V = F.vectorByteSize();

    private Fp8MovedSums() {}

    /** 4 weight rows, 4 rows of factors: a vector of columns in each step. */
    static void x4by4(
            MemorySegment w, long o0, long stride, int n, SumOperands s, int x0, long s0) {
        Segments.touch(w, o0);
        Segments.touch(s.sums, s0);
        float[] x = s.x;
        MemorySegment sums = s.sums;
        long o1 = o0 + stride;
        long o2 = o1 + stride;
        long o3 = o2 + stride;
        long s1 = s0 + s.step;
        long s2 = s1 + s.step;
        long s3 = s2 + s.step;
        FloatVector f0t0 = FloatVector.broadcast(F, x[x0] * FACTOR);
        FloatVector f1t0 = FloatVector.broadcast(F, x[x0 + 1] * FACTOR);
        FloatVector f2t0 = FloatVector.broadcast(F, x[x0 + 2] * FACTOR);
        FloatVector f3t0 = FloatVector.broadcast(F, x[x0 + 3] * FACTOR);
        FloatVector f0t1 = FloatVector.broadcast(F, x[x0 + ROW] * FACTOR);
        FloatVector f1t1 = FloatVector.broadcast(F, x[x0 + ROW + 1] * FACTOR);
        FloatVector f2t1 = FloatVector.broadcast(F, x[x0 + ROW + 2] * FACTOR);
        FloatVector f3t1 = FloatVector.broadcast(F, x[x0 + ROW + 3] * FACTOR);
        FloatVector f0t2 = FloatVector.broadcast(F, x[x0 + 2 * ROW] * FACTOR);
        FloatVector f1t2 = FloatVector.broadcast(F, x[x0 + 2 * ROW + 1] * FACTOR);
        FloatVector f2t2 = FloatVector.broadcast(F, x[x0 + 2 * ROW + 2] * FACTOR);
        FloatVector f3t2 = FloatVector.broadcast(F, x[x0 + 2 * ROW + 3] * FACTOR);
        FloatVector f0t3 = FloatVector.broadcast(F, x[x0 + 3 * ROW] * FACTOR);
        FloatVector f1t3 = FloatVector.broadcast(F, x[x0 + 3 * ROW + 1] * FACTOR);
        FloatVector f2t3 = FloatVector.broadcast(F, x[x0 + 3 * ROW + 2] * FACTOR);
        FloatVector f3t3 = FloatVector.broadcast(F, x[x0 + 3 * ROW + 3] * FACTOR);
        for (int j = 0; j < n; j += L) {
            long codes = j & -4 * L;
            int up = (~j & 3 * L) / L * 8;
            FloatVector y0 = FloatVector.fromMemorySegment(F, sums, s0 + 4L * j, LITTLE_ENDIAN);
            FloatVector y1 = FloatVector.fromMemorySegment(F, sums, s1 + 4L * j, LITTLE_ENDIAN);
            FloatVector y2 = FloatVector.fromMemorySegment(F, sums, s2 + 4L * j, LITTLE_ENDIAN);
            FloatVector y3 = FloatVector.fromMemorySegment(F, sums, s3 + 4L * j, LITTLE_ENDIAN);
            FloatVector w0 =
                    IntVector.fromMemorySegment(I, w, o0 + codes, LITTLE_ENDIAN)
                            .lanewise(LSHL, up)
                            .lanewise(ASHR, 4)
                            .and(Fp8Dots.E4M3)
                            .reinterpretAsFloats();
            y0 = w0.fma(f0t0, y0);
            y1 = w0.fma(f0t1, y1);
            y2 = w0.fma(f0t2, y2);
            y3 = w0.fma(f0t3, y3);
            FloatVector w1 =
                    IntVector.fromMemorySegment(I, w, o1 + codes, LITTLE_ENDIAN)
                            .lanewise(LSHL, up)
                            .lanewise(ASHR, 4)
                            .and(Fp8Dots.E4M3)
                            .reinterpretAsFloats();
            y0 = w1.fma(f1t0, y0);
            y1 = w1.fma(f1t1, y1);
            y2 = w1.fma(f1t2, y2);
            y3 = w1.fma(f1t3, y3);
            FloatVector w2 =
                    IntVector.fromMemorySegment(I, w, o2 + codes, LITTLE_ENDIAN)
                            .lanewise(LSHL, up)
                            .lanewise(ASHR, 4)
                            .and(Fp8Dots.E4M3)
                            .reinterpretAsFloats();
            y0 = w2.fma(f2t0, y0);
            y1 = w2.fma(f2t1, y1);
            y2 = w2.fma(f2t2, y2);
            y3 = w2.fma(f2t3, y3);
            FloatVector w3 =
                    IntVector.fromMemorySegment(I, w, o3 + codes, LITTLE_ENDIAN)
                            .lanewise(LSHL, up)
                            .lanewise(ASHR, 4)
                            .and(Fp8Dots.E4M3)
                            .reinterpretAsFloats();
            y0 = w3.fma(f3t0, y0);
            y1 = w3.fma(f3t1, y1);
            y2 = w3.fma(f3t2, y2);
            y3 = w3.fma(f3t3, y3);
            y0.intoMemorySegment(sums, s0 + 4L * j, LITTLE_ENDIAN);
            y1.intoMemorySegment(sums, s1 + 4L * j, LITTLE_ENDIAN);
            y2.intoMemorySegment(sums, s2 + 4L * j, LITTLE_ENDIAN);
            y3.intoMemorySegment(sums, s3 + 4L * j, LITTLE_ENDIAN);
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
        FloatVector f0 = FloatVector.broadcast(F, x[x0] * FACTOR);
        FloatVector f1 = FloatVector.broadcast(F, x[x0 + 1] * FACTOR);
        FloatVector f2 = FloatVector.broadcast(F, x[x0 + 2] * FACTOR);
        FloatVector f3 = FloatVector.broadcast(F, x[x0 + 3] * FACTOR);
        for (int j = 0; j < n; j += 4 * L) {
            FloatVector y0 = FloatVector.fromMemorySegment(F, sums, s0 + 4L * j, LITTLE_ENDIAN);
            FloatVector y1 = FloatVector.fromMemorySegment(F, sums, s0 + 4L * j + V, LITTLE_ENDIAN);
            FloatVector y2 =
                    FloatVector.fromMemorySegment(F, sums, s0 + 4L * j + 2 * V, LITTLE_ENDIAN);
            FloatVector y3 =
                    FloatVector.fromMemorySegment(F, sums, s0 + 4L * j + 3 * V, LITTLE_ENDIAN);
            IntVector w0 = IntVector.fromMemorySegment(I, w, o0 + j, LITTLE_ENDIAN);
            y0 =
                    w0.lanewise(LSHL, 24)
                            .lanewise(ASHR, 4)
                            .and(Fp8Dots.E4M3)
                            .reinterpretAsFloats()
                            .fma(f0, y0);
            y1 =
                    w0.lanewise(LSHL, 16)
                            .lanewise(ASHR, 4)
                            .and(Fp8Dots.E4M3)
                            .reinterpretAsFloats()
                            .fma(f0, y1);
            y2 =
                    w0.lanewise(LSHL, 8)
                            .lanewise(ASHR, 4)
                            .and(Fp8Dots.E4M3)
                            .reinterpretAsFloats()
                            .fma(f0, y2);
            y3 = w0.lanewise(ASHR, 4).and(Fp8Dots.E4M3).reinterpretAsFloats().fma(f0, y3);
            IntVector w1 = IntVector.fromMemorySegment(I, w, o1 + j, LITTLE_ENDIAN);
            y0 =
                    w1.lanewise(LSHL, 24)
                            .lanewise(ASHR, 4)
                            .and(Fp8Dots.E4M3)
                            .reinterpretAsFloats()
                            .fma(f1, y0);
            y1 =
                    w1.lanewise(LSHL, 16)
                            .lanewise(ASHR, 4)
                            .and(Fp8Dots.E4M3)
                            .reinterpretAsFloats()
                            .fma(f1, y1);
            y2 =
                    w1.lanewise(LSHL, 8)
                            .lanewise(ASHR, 4)
                            .and(Fp8Dots.E4M3)
                            .reinterpretAsFloats()
                            .fma(f1, y2);
            y3 = w1.lanewise(ASHR, 4).and(Fp8Dots.E4M3).reinterpretAsFloats().fma(f1, y3);
            IntVector w2 = IntVector.fromMemorySegment(I, w, o2 + j, LITTLE_ENDIAN);
            y0 =
                    w2.lanewise(LSHL, 24)
                            .lanewise(ASHR, 4)
                            .and(Fp8Dots.E4M3)
                            .reinterpretAsFloats()
                            .fma(f2, y0);
            y1 =
                    w2.lanewise(LSHL, 16)
                            .lanewise(ASHR, 4)
                            .and(Fp8Dots.E4M3)
                            .reinterpretAsFloats()
                            .fma(f2, y1);
            y2 =
                    w2.lanewise(LSHL, 8)
                            .lanewise(ASHR, 4)
                            .and(Fp8Dots.E4M3)
                            .reinterpretAsFloats()
                            .fma(f2, y2);
            y3 = w2.lanewise(ASHR, 4).and(Fp8Dots.E4M3).reinterpretAsFloats().fma(f2, y3);
            IntVector w3 = IntVector.fromMemorySegment(I, w, o3 + j, LITTLE_ENDIAN);
            y0 =
                    w3.lanewise(LSHL, 24)
                            .lanewise(ASHR, 4)
                            .and(Fp8Dots.E4M3)
                            .reinterpretAsFloats()
                            .fma(f3, y0);
            y1 =
                    w3.lanewise(LSHL, 16)
                            .lanewise(ASHR, 4)
                            .and(Fp8Dots.E4M3)
                            .reinterpretAsFloats()
                            .fma(f3, y1);
            y2 =
                    w3.lanewise(LSHL, 8)
                            .lanewise(ASHR, 4)
                            .and(Fp8Dots.E4M3)
                            .reinterpretAsFloats()
                            .fma(f3, y2);
            y3 = w3.lanewise(ASHR, 4).and(Fp8Dots.E4M3).reinterpretAsFloats().fma(f3, y3);
            y0.intoMemorySegment(sums, s0 + 4L * j, LITTLE_ENDIAN);
            y1.intoMemorySegment(sums, s0 + 4L * j + V, LITTLE_ENDIAN);
            y2.intoMemorySegment(sums, s0 + 4L * j + 2 * V, LITTLE_ENDIAN);
            y3.intoMemorySegment(sums, s0 + 4L * j + 3 * V, LITTLE_ENDIAN);
        }
    }

    /** 1 row. */
    static void x1(
            MemorySegment w, long o0, int n, float[] x, int x0, MemorySegment sums, long s0) {
        Segments.touch(w, o0);
        FloatVector f0 = FloatVector.broadcast(F, x[x0] * FACTOR);
        for (int j = 0; j < n; j += 4 * L) {
            FloatVector y0 = FloatVector.fromMemorySegment(F, sums, s0 + 4L * j, LITTLE_ENDIAN);
            FloatVector y1 = FloatVector.fromMemorySegment(F, sums, s0 + 4L * j + V, LITTLE_ENDIAN);
            FloatVector y2 =
                    FloatVector.fromMemorySegment(F, sums, s0 + 4L * j + 2 * V, LITTLE_ENDIAN);
            FloatVector y3 =
                    FloatVector.fromMemorySegment(F, sums, s0 + 4L * j + 3 * V, LITTLE_ENDIAN);
            IntVector w0 = IntVector.fromMemorySegment(I, w, o0 + j, LITTLE_ENDIAN);
            y0 =
                    w0.lanewise(LSHL, 24)
                            .lanewise(ASHR, 4)
                            .and(Fp8Dots.E4M3)
                            .reinterpretAsFloats()
                            .fma(f0, y0);
            y1 =
                    w0.lanewise(LSHL, 16)
                            .lanewise(ASHR, 4)
                            .and(Fp8Dots.E4M3)
                            .reinterpretAsFloats()
                            .fma(f0, y1);
            y2 =
                    w0.lanewise(LSHL, 8)
                            .lanewise(ASHR, 4)
                            .and(Fp8Dots.E4M3)
                            .reinterpretAsFloats()
                            .fma(f0, y2);
            y3 = w0.lanewise(ASHR, 4).and(Fp8Dots.E4M3).reinterpretAsFloats().fma(f0, y3);
            y0.intoMemorySegment(sums, s0 + 4L * j, LITTLE_ENDIAN);
            y1.intoMemorySegment(sums, s0 + 4L * j + V, LITTLE_ENDIAN);
            y2.intoMemorySegment(sums, s0 + 4L * j + 2 * V, LITTLE_ENDIAN);
            y3.intoMemorySegment(sums, s0 + 4L * j + 3 * V, LITTLE_ENDIAN);
        }
    }
}
