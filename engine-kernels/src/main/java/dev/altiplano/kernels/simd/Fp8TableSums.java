package dev.altiplano.kernels.simd;

import static jdk.incubator.vector.VectorOperators.BITWISE_BLEND;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LSHR;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorSpecies;

import java.lang.foreign.MemorySegment;

/**
 * Sums of FP8-E4M3 rows of an input-major matrix, each times its factor, for one row of activations
 * and vectors of 512 bit; decoded as in {@link Fp8TableDots}, columns in that order.
 */
final class Fp8TableSums {
    private static final VectorSpecies<Float> F = FloatVector.SPECIES_PREFERRED;
    private static final VectorSpecies<Byte> B = F.withLanes(byte.class);
    private static final int L = F.length();
    private static final long V = F.vectorByteSize();

    private Fp8TableSums() {}

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
        ByteVector high0 = ByteVector.fromArray(B, Fp8TableDots.HIGH, 0);
        ByteVector high1 = ByteVector.fromArray(B, Fp8TableDots.HIGH, B.length());
        ByteVector low0 = ByteVector.fromArray(B, Fp8TableDots.LOW, 0);
        ByteVector low1 = ByteVector.fromArray(B, Fp8TableDots.LOW, B.length());
        for (int j = 0; j < n; j += 4 * L) {
            FloatVector y0 = FloatVector.fromMemorySegment(F, sums, s0 + 4L * j, LITTLE_ENDIAN);
            FloatVector y1 = FloatVector.fromMemorySegment(F, sums, s0 + 4L * j + V, LITTLE_ENDIAN);
            FloatVector y2 =
                    FloatVector.fromMemorySegment(F, sums, s0 + 4L * j + 2 * V, LITTLE_ENDIAN);
            FloatVector y3 =
                    FloatVector.fromMemorySegment(F, sums, s0 + 4L * j + 3 * V, LITTLE_ENDIAN);
            ByteVector c0 = ByteVector.fromMemorySegment(B, w, o0 + j, LITTLE_ENDIAN);
            IntVector h0 =
                    c0.selectFrom(high0, high1)
                            .reinterpretAsInts()
                            .or(c0.reinterpretAsInts().and(Fp8TableDots.SIGNS));
            IntVector l0 = c0.selectFrom(low0, low1).reinterpretAsInts();
            IntVector p0 = h0.lanewise(BITWISE_BLEND, l0.lanewise(LSHR, 8), Fp8TableDots.LOWER);
            IntVector q0 = l0.lanewise(BITWISE_BLEND, h0.lanewise(LSHL, 8), Fp8TableDots.UPPER);
            y0 = q0.lanewise(LSHL, 16).reinterpretAsFloats().fma(f0, y0);
            y1 = p0.lanewise(LSHL, 16).reinterpretAsFloats().fma(f0, y1);
            y2 = q0.and(Fp8TableDots.TOP).reinterpretAsFloats().fma(f0, y2);
            y3 = p0.and(Fp8TableDots.TOP).reinterpretAsFloats().fma(f0, y3);
            ByteVector c1 = ByteVector.fromMemorySegment(B, w, o1 + j, LITTLE_ENDIAN);
            IntVector h1 =
                    c1.selectFrom(high0, high1)
                            .reinterpretAsInts()
                            .or(c1.reinterpretAsInts().and(Fp8TableDots.SIGNS));
            IntVector l1 = c1.selectFrom(low0, low1).reinterpretAsInts();
            IntVector p1 = h1.lanewise(BITWISE_BLEND, l1.lanewise(LSHR, 8), Fp8TableDots.LOWER);
            IntVector q1 = l1.lanewise(BITWISE_BLEND, h1.lanewise(LSHL, 8), Fp8TableDots.UPPER);
            y0 = q1.lanewise(LSHL, 16).reinterpretAsFloats().fma(f1, y0);
            y1 = p1.lanewise(LSHL, 16).reinterpretAsFloats().fma(f1, y1);
            y2 = q1.and(Fp8TableDots.TOP).reinterpretAsFloats().fma(f1, y2);
            y3 = p1.and(Fp8TableDots.TOP).reinterpretAsFloats().fma(f1, y3);
            ByteVector c2 = ByteVector.fromMemorySegment(B, w, o2 + j, LITTLE_ENDIAN);
            IntVector h2 =
                    c2.selectFrom(high0, high1)
                            .reinterpretAsInts()
                            .or(c2.reinterpretAsInts().and(Fp8TableDots.SIGNS));
            IntVector l2 = c2.selectFrom(low0, low1).reinterpretAsInts();
            IntVector p2 = h2.lanewise(BITWISE_BLEND, l2.lanewise(LSHR, 8), Fp8TableDots.LOWER);
            IntVector q2 = l2.lanewise(BITWISE_BLEND, h2.lanewise(LSHL, 8), Fp8TableDots.UPPER);
            y0 = q2.lanewise(LSHL, 16).reinterpretAsFloats().fma(f2, y0);
            y1 = p2.lanewise(LSHL, 16).reinterpretAsFloats().fma(f2, y1);
            y2 = q2.and(Fp8TableDots.TOP).reinterpretAsFloats().fma(f2, y2);
            y3 = p2.and(Fp8TableDots.TOP).reinterpretAsFloats().fma(f2, y3);
            ByteVector c3 = ByteVector.fromMemorySegment(B, w, o3 + j, LITTLE_ENDIAN);
            IntVector h3 =
                    c3.selectFrom(high0, high1)
                            .reinterpretAsInts()
                            .or(c3.reinterpretAsInts().and(Fp8TableDots.SIGNS));
            IntVector l3 = c3.selectFrom(low0, low1).reinterpretAsInts();
            IntVector p3 = h3.lanewise(BITWISE_BLEND, l3.lanewise(LSHR, 8), Fp8TableDots.LOWER);
            IntVector q3 = l3.lanewise(BITWISE_BLEND, h3.lanewise(LSHL, 8), Fp8TableDots.UPPER);
            y0 = q3.lanewise(LSHL, 16).reinterpretAsFloats().fma(f3, y0);
            y1 = p3.lanewise(LSHL, 16).reinterpretAsFloats().fma(f3, y1);
            y2 = q3.and(Fp8TableDots.TOP).reinterpretAsFloats().fma(f3, y2);
            y3 = p3.and(Fp8TableDots.TOP).reinterpretAsFloats().fma(f3, y3);
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
        FloatVector f0 = FloatVector.broadcast(F, x[x0]);
        ByteVector high0 = ByteVector.fromArray(B, Fp8TableDots.HIGH, 0);
        ByteVector high1 = ByteVector.fromArray(B, Fp8TableDots.HIGH, B.length());
        ByteVector low0 = ByteVector.fromArray(B, Fp8TableDots.LOW, 0);
        ByteVector low1 = ByteVector.fromArray(B, Fp8TableDots.LOW, B.length());
        for (int j = 0; j < n; j += 4 * L) {
            FloatVector y0 = FloatVector.fromMemorySegment(F, sums, s0 + 4L * j, LITTLE_ENDIAN);
            FloatVector y1 = FloatVector.fromMemorySegment(F, sums, s0 + 4L * j + V, LITTLE_ENDIAN);
            FloatVector y2 =
                    FloatVector.fromMemorySegment(F, sums, s0 + 4L * j + 2 * V, LITTLE_ENDIAN);
            FloatVector y3 =
                    FloatVector.fromMemorySegment(F, sums, s0 + 4L * j + 3 * V, LITTLE_ENDIAN);
            ByteVector c0 = ByteVector.fromMemorySegment(B, w, o0 + j, LITTLE_ENDIAN);
            IntVector h0 =
                    c0.selectFrom(high0, high1)
                            .reinterpretAsInts()
                            .or(c0.reinterpretAsInts().and(Fp8TableDots.SIGNS));
            IntVector l0 = c0.selectFrom(low0, low1).reinterpretAsInts();
            IntVector p0 = h0.lanewise(BITWISE_BLEND, l0.lanewise(LSHR, 8), Fp8TableDots.LOWER);
            IntVector q0 = l0.lanewise(BITWISE_BLEND, h0.lanewise(LSHL, 8), Fp8TableDots.UPPER);
            y0 = q0.lanewise(LSHL, 16).reinterpretAsFloats().fma(f0, y0);
            y1 = p0.lanewise(LSHL, 16).reinterpretAsFloats().fma(f0, y1);
            y2 = q0.and(Fp8TableDots.TOP).reinterpretAsFloats().fma(f0, y2);
            y3 = p0.and(Fp8TableDots.TOP).reinterpretAsFloats().fma(f0, y3);
            y0.intoMemorySegment(sums, s0 + 4L * j, LITTLE_ENDIAN);
            y1.intoMemorySegment(sums, s0 + 4L * j + V, LITTLE_ENDIAN);
            y2.intoMemorySegment(sums, s0 + 4L * j + 2 * V, LITTLE_ENDIAN);
            y3.intoMemorySegment(sums, s0 + 4L * j + 3 * V, LITTLE_ENDIAN);
        }
    }
}
