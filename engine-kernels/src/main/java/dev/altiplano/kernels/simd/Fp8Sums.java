package dev.altiplano.kernels.simd;

import static jdk.incubator.vector.VectorOperators.ASHR;
import static jdk.incubator.vector.VectorOperators.LSHL;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorSpecies;

import java.lang.foreign.MemorySegment;

/**
 * Sums of FP8-E4M3 rows of an input-major matrix, each times its factor, for one row of
 * activations; decoded as in {@link Fp8Dots}, columns in that order.
 */
final class Fp8Sums {
    private static final VectorSpecies<Float> F = FloatVector.SPECIES_PREFERRED;
    private static final VectorSpecies<Integer> I = F.withLanes(int.class);
    private static final int L = F.length();
    private static final long V = F.vectorByteSize();

    private Fp8Sums() {}

    /** 4 rows. */
    static void x4(
            MemorySegment w, long o0, long stride, int n, float[] x, int x0, MemorySegment sums) {
        Segments.touch(w, o0);
        long o1 = o0 + stride;
        long o2 = o1 + stride;
        long o3 = o2 + stride;
        FloatVector f0 = FloatVector.broadcast(F, x[x0]);
        FloatVector f1 = FloatVector.broadcast(F, x[x0 + 1]);
        FloatVector f2 = FloatVector.broadcast(F, x[x0 + 2]);
        FloatVector f3 = FloatVector.broadcast(F, x[x0 + 3]);
        for (int j = 0; j < n; j += 4 * L) {
            FloatVector y0 = FloatVector.fromMemorySegment(F, sums, 4L * j, LITTLE_ENDIAN);
            FloatVector y1 = FloatVector.fromMemorySegment(F, sums, 4L * j + V, LITTLE_ENDIAN);
            FloatVector y2 = FloatVector.fromMemorySegment(F, sums, 4L * j + 2 * V, LITTLE_ENDIAN);
            FloatVector y3 = FloatVector.fromMemorySegment(F, sums, 4L * j + 3 * V, LITTLE_ENDIAN);
            IntVector w0 = IntVector.fromMemorySegment(I, w, o0 + j, LITTLE_ENDIAN);
            y0 =
                    w0.lanewise(LSHL, 24)
                            .lanewise(ASHR, 4)
                            .and(Fp8Dots.E4M3)
                            .reinterpretAsFloats()
                            .add(Fp8Dots.FIXED)
                            .fma(Fp8Dots.SCALE, Fp8Dots.MINUS_FIXED)
                            .fma(f0, y0);
            y1 =
                    w0.lanewise(LSHL, 16)
                            .lanewise(ASHR, 4)
                            .and(Fp8Dots.E4M3)
                            .reinterpretAsFloats()
                            .add(Fp8Dots.FIXED)
                            .fma(Fp8Dots.SCALE, Fp8Dots.MINUS_FIXED)
                            .fma(f0, y1);
            y2 =
                    w0.lanewise(LSHL, 8)
                            .lanewise(ASHR, 4)
                            .and(Fp8Dots.E4M3)
                            .reinterpretAsFloats()
                            .add(Fp8Dots.FIXED)
                            .fma(Fp8Dots.SCALE, Fp8Dots.MINUS_FIXED)
                            .fma(f0, y2);
            y3 =
                    w0.lanewise(ASHR, 4)
                            .and(Fp8Dots.E4M3)
                            .reinterpretAsFloats()
                            .add(Fp8Dots.FIXED)
                            .fma(Fp8Dots.SCALE, Fp8Dots.MINUS_FIXED)
                            .fma(f0, y3);
            IntVector w1 = IntVector.fromMemorySegment(I, w, o1 + j, LITTLE_ENDIAN);
            y0 =
                    w1.lanewise(LSHL, 24)
                            .lanewise(ASHR, 4)
                            .and(Fp8Dots.E4M3)
                            .reinterpretAsFloats()
                            .add(Fp8Dots.FIXED)
                            .fma(Fp8Dots.SCALE, Fp8Dots.MINUS_FIXED)
                            .fma(f1, y0);
            y1 =
                    w1.lanewise(LSHL, 16)
                            .lanewise(ASHR, 4)
                            .and(Fp8Dots.E4M3)
                            .reinterpretAsFloats()
                            .add(Fp8Dots.FIXED)
                            .fma(Fp8Dots.SCALE, Fp8Dots.MINUS_FIXED)
                            .fma(f1, y1);
            y2 =
                    w1.lanewise(LSHL, 8)
                            .lanewise(ASHR, 4)
                            .and(Fp8Dots.E4M3)
                            .reinterpretAsFloats()
                            .add(Fp8Dots.FIXED)
                            .fma(Fp8Dots.SCALE, Fp8Dots.MINUS_FIXED)
                            .fma(f1, y2);
            y3 =
                    w1.lanewise(ASHR, 4)
                            .and(Fp8Dots.E4M3)
                            .reinterpretAsFloats()
                            .add(Fp8Dots.FIXED)
                            .fma(Fp8Dots.SCALE, Fp8Dots.MINUS_FIXED)
                            .fma(f1, y3);
            IntVector w2 = IntVector.fromMemorySegment(I, w, o2 + j, LITTLE_ENDIAN);
            y0 =
                    w2.lanewise(LSHL, 24)
                            .lanewise(ASHR, 4)
                            .and(Fp8Dots.E4M3)
                            .reinterpretAsFloats()
                            .add(Fp8Dots.FIXED)
                            .fma(Fp8Dots.SCALE, Fp8Dots.MINUS_FIXED)
                            .fma(f2, y0);
            y1 =
                    w2.lanewise(LSHL, 16)
                            .lanewise(ASHR, 4)
                            .and(Fp8Dots.E4M3)
                            .reinterpretAsFloats()
                            .add(Fp8Dots.FIXED)
                            .fma(Fp8Dots.SCALE, Fp8Dots.MINUS_FIXED)
                            .fma(f2, y1);
            y2 =
                    w2.lanewise(LSHL, 8)
                            .lanewise(ASHR, 4)
                            .and(Fp8Dots.E4M3)
                            .reinterpretAsFloats()
                            .add(Fp8Dots.FIXED)
                            .fma(Fp8Dots.SCALE, Fp8Dots.MINUS_FIXED)
                            .fma(f2, y2);
            y3 =
                    w2.lanewise(ASHR, 4)
                            .and(Fp8Dots.E4M3)
                            .reinterpretAsFloats()
                            .add(Fp8Dots.FIXED)
                            .fma(Fp8Dots.SCALE, Fp8Dots.MINUS_FIXED)
                            .fma(f2, y3);
            IntVector w3 = IntVector.fromMemorySegment(I, w, o3 + j, LITTLE_ENDIAN);
            y0 =
                    w3.lanewise(LSHL, 24)
                            .lanewise(ASHR, 4)
                            .and(Fp8Dots.E4M3)
                            .reinterpretAsFloats()
                            .add(Fp8Dots.FIXED)
                            .fma(Fp8Dots.SCALE, Fp8Dots.MINUS_FIXED)
                            .fma(f3, y0);
            y1 =
                    w3.lanewise(LSHL, 16)
                            .lanewise(ASHR, 4)
                            .and(Fp8Dots.E4M3)
                            .reinterpretAsFloats()
                            .add(Fp8Dots.FIXED)
                            .fma(Fp8Dots.SCALE, Fp8Dots.MINUS_FIXED)
                            .fma(f3, y1);
            y2 =
                    w3.lanewise(LSHL, 8)
                            .lanewise(ASHR, 4)
                            .and(Fp8Dots.E4M3)
                            .reinterpretAsFloats()
                            .add(Fp8Dots.FIXED)
                            .fma(Fp8Dots.SCALE, Fp8Dots.MINUS_FIXED)
                            .fma(f3, y2);
            y3 =
                    w3.lanewise(ASHR, 4)
                            .and(Fp8Dots.E4M3)
                            .reinterpretAsFloats()
                            .add(Fp8Dots.FIXED)
                            .fma(Fp8Dots.SCALE, Fp8Dots.MINUS_FIXED)
                            .fma(f3, y3);
            y0.intoMemorySegment(sums, 4L * j, LITTLE_ENDIAN);
            y1.intoMemorySegment(sums, 4L * j + V, LITTLE_ENDIAN);
            y2.intoMemorySegment(sums, 4L * j + 2 * V, LITTLE_ENDIAN);
            y3.intoMemorySegment(sums, 4L * j + 3 * V, LITTLE_ENDIAN);
        }
    }

    /** 1 row. */
    static void x1(MemorySegment w, long o0, int n, float[] x, int x0, MemorySegment sums) {
        Segments.touch(w, o0);
        FloatVector f0 = FloatVector.broadcast(F, x[x0]);
        for (int j = 0; j < n; j += 4 * L) {
            FloatVector y0 = FloatVector.fromMemorySegment(F, sums, 4L * j, LITTLE_ENDIAN);
            FloatVector y1 = FloatVector.fromMemorySegment(F, sums, 4L * j + V, LITTLE_ENDIAN);
            FloatVector y2 = FloatVector.fromMemorySegment(F, sums, 4L * j + 2 * V, LITTLE_ENDIAN);
            FloatVector y3 = FloatVector.fromMemorySegment(F, sums, 4L * j + 3 * V, LITTLE_ENDIAN);
            IntVector w0 = IntVector.fromMemorySegment(I, w, o0 + j, LITTLE_ENDIAN);
            y0 =
                    w0.lanewise(LSHL, 24)
                            .lanewise(ASHR, 4)
                            .and(Fp8Dots.E4M3)
                            .reinterpretAsFloats()
                            .add(Fp8Dots.FIXED)
                            .fma(Fp8Dots.SCALE, Fp8Dots.MINUS_FIXED)
                            .fma(f0, y0);
            y1 =
                    w0.lanewise(LSHL, 16)
                            .lanewise(ASHR, 4)
                            .and(Fp8Dots.E4M3)
                            .reinterpretAsFloats()
                            .add(Fp8Dots.FIXED)
                            .fma(Fp8Dots.SCALE, Fp8Dots.MINUS_FIXED)
                            .fma(f0, y1);
            y2 =
                    w0.lanewise(LSHL, 8)
                            .lanewise(ASHR, 4)
                            .and(Fp8Dots.E4M3)
                            .reinterpretAsFloats()
                            .add(Fp8Dots.FIXED)
                            .fma(Fp8Dots.SCALE, Fp8Dots.MINUS_FIXED)
                            .fma(f0, y2);
            y3 =
                    w0.lanewise(ASHR, 4)
                            .and(Fp8Dots.E4M3)
                            .reinterpretAsFloats()
                            .add(Fp8Dots.FIXED)
                            .fma(Fp8Dots.SCALE, Fp8Dots.MINUS_FIXED)
                            .fma(f0, y3);
            y0.intoMemorySegment(sums, 4L * j, LITTLE_ENDIAN);
            y1.intoMemorySegment(sums, 4L * j + V, LITTLE_ENDIAN);
            y2.intoMemorySegment(sums, 4L * j + 2 * V, LITTLE_ENDIAN);
            y3.intoMemorySegment(sums, 4L * j + 3 * V, LITTLE_ENDIAN);
        }
    }
}
