package dev.altiplano.kernels.simd;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

import java.lang.foreign.MemorySegment;

/**
 * Sums of FP32 rows of an input-major matrix, columns as they come; otherwise as {@link Bf16Sums}.
 */
final class F32Sums {
    private static final VectorSpecies<Float> F = FloatVector.SPECIES_PREFERRED;
    private static final int L = F.length();
    private static final long V = F.vectorByteSize();

    private F32Sums() {}

    /** 8 rows. */
    static void x8(
            MemorySegment w, long o0, long stride, int n, float[] x, int x0, MemorySegment sums) {
        Segments.touch(w, o0);
        long o1 = o0 + stride;
        long o2 = o1 + stride;
        long o3 = o2 + stride;
        long o4 = o3 + stride;
        long o5 = o4 + stride;
        long o6 = o5 + stride;
        long o7 = o6 + stride;
        FloatVector f0 = FloatVector.broadcast(F, x[x0]);
        FloatVector f1 = FloatVector.broadcast(F, x[x0 + 1]);
        FloatVector f2 = FloatVector.broadcast(F, x[x0 + 2]);
        FloatVector f3 = FloatVector.broadcast(F, x[x0 + 3]);
        FloatVector f4 = FloatVector.broadcast(F, x[x0 + 4]);
        FloatVector f5 = FloatVector.broadcast(F, x[x0 + 5]);
        FloatVector f6 = FloatVector.broadcast(F, x[x0 + 6]);
        FloatVector f7 = FloatVector.broadcast(F, x[x0 + 7]);
        for (int j = 0; j < n; j += 2 * L) {
            FloatVector a = FloatVector.fromMemorySegment(F, sums, 4L * j, LITTLE_ENDIAN);
            FloatVector b = FloatVector.fromMemorySegment(F, sums, 4L * j + V, LITTLE_ENDIAN);
            a = FloatVector.fromMemorySegment(F, w, o0 + 4L * j, LITTLE_ENDIAN).fma(f0, a);
            b = FloatVector.fromMemorySegment(F, w, o0 + 4L * j + V, LITTLE_ENDIAN).fma(f0, b);
            a = FloatVector.fromMemorySegment(F, w, o1 + 4L * j, LITTLE_ENDIAN).fma(f1, a);
            b = FloatVector.fromMemorySegment(F, w, o1 + 4L * j + V, LITTLE_ENDIAN).fma(f1, b);
            a = FloatVector.fromMemorySegment(F, w, o2 + 4L * j, LITTLE_ENDIAN).fma(f2, a);
            b = FloatVector.fromMemorySegment(F, w, o2 + 4L * j + V, LITTLE_ENDIAN).fma(f2, b);
            a = FloatVector.fromMemorySegment(F, w, o3 + 4L * j, LITTLE_ENDIAN).fma(f3, a);
            b = FloatVector.fromMemorySegment(F, w, o3 + 4L * j + V, LITTLE_ENDIAN).fma(f3, b);
            a = FloatVector.fromMemorySegment(F, w, o4 + 4L * j, LITTLE_ENDIAN).fma(f4, a);
            b = FloatVector.fromMemorySegment(F, w, o4 + 4L * j + V, LITTLE_ENDIAN).fma(f4, b);
            a = FloatVector.fromMemorySegment(F, w, o5 + 4L * j, LITTLE_ENDIAN).fma(f5, a);
            b = FloatVector.fromMemorySegment(F, w, o5 + 4L * j + V, LITTLE_ENDIAN).fma(f5, b);
            a = FloatVector.fromMemorySegment(F, w, o6 + 4L * j, LITTLE_ENDIAN).fma(f6, a);
            b = FloatVector.fromMemorySegment(F, w, o6 + 4L * j + V, LITTLE_ENDIAN).fma(f6, b);
            a = FloatVector.fromMemorySegment(F, w, o7 + 4L * j, LITTLE_ENDIAN).fma(f7, a);
            b = FloatVector.fromMemorySegment(F, w, o7 + 4L * j + V, LITTLE_ENDIAN).fma(f7, b);
            a.intoMemorySegment(sums, 4L * j, LITTLE_ENDIAN);
            b.intoMemorySegment(sums, 4L * j + V, LITTLE_ENDIAN);
        }
    }

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
        for (int j = 0; j < n; j += 2 * L) {
            FloatVector a = FloatVector.fromMemorySegment(F, sums, 4L * j, LITTLE_ENDIAN);
            FloatVector b = FloatVector.fromMemorySegment(F, sums, 4L * j + V, LITTLE_ENDIAN);
            a = FloatVector.fromMemorySegment(F, w, o0 + 4L * j, LITTLE_ENDIAN).fma(f0, a);
            b = FloatVector.fromMemorySegment(F, w, o0 + 4L * j + V, LITTLE_ENDIAN).fma(f0, b);
            a = FloatVector.fromMemorySegment(F, w, o1 + 4L * j, LITTLE_ENDIAN).fma(f1, a);
            b = FloatVector.fromMemorySegment(F, w, o1 + 4L * j + V, LITTLE_ENDIAN).fma(f1, b);
            a = FloatVector.fromMemorySegment(F, w, o2 + 4L * j, LITTLE_ENDIAN).fma(f2, a);
            b = FloatVector.fromMemorySegment(F, w, o2 + 4L * j + V, LITTLE_ENDIAN).fma(f2, b);
            a = FloatVector.fromMemorySegment(F, w, o3 + 4L * j, LITTLE_ENDIAN).fma(f3, a);
            b = FloatVector.fromMemorySegment(F, w, o3 + 4L * j + V, LITTLE_ENDIAN).fma(f3, b);
            a.intoMemorySegment(sums, 4L * j, LITTLE_ENDIAN);
            b.intoMemorySegment(sums, 4L * j + V, LITTLE_ENDIAN);
        }
    }

    /** 1 row. */
    static void x1(MemorySegment w, long o0, int n, float[] x, int x0, MemorySegment sums) {
        Segments.touch(w, o0);
        FloatVector f0 = FloatVector.broadcast(F, x[x0]);
        for (int j = 0; j < n; j += 2 * L) {
            FloatVector a = FloatVector.fromMemorySegment(F, sums, 4L * j, LITTLE_ENDIAN);
            FloatVector b = FloatVector.fromMemorySegment(F, sums, 4L * j + V, LITTLE_ENDIAN);
            a = FloatVector.fromMemorySegment(F, w, o0 + 4L * j, LITTLE_ENDIAN).fma(f0, a);
            b = FloatVector.fromMemorySegment(F, w, o0 + 4L * j + V, LITTLE_ENDIAN).fma(f0, b);
            a.intoMemorySegment(sums, 4L * j, LITTLE_ENDIAN);
            b.intoMemorySegment(sums, 4L * j + V, LITTLE_ENDIAN);
        }
    }
}
