package dev.altiplano.kernels.simd;

import static jdk.incubator.vector.VectorOperators.LSHL;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorSpecies;

import java.lang.foreign.MemorySegment;

/**
 * Dot products of BF16 rows with activations in the order of {@link Arrangement}: of each pair the
 * lower half of a lane meets the even element, the upper half the odd one.
 *
 * <p>Rows come from places {@code stride} bytes apart: twelve long streams keep more memory
 * requests in flight than few. Each sum is one chain per lane, so that a result has the same bits
 * whatever it was computed with.
 */
final class Bf16Dots {
    private static final VectorSpecies<Float> F = FloatVector.SPECIES_PREFERRED;
    private static final VectorSpecies<Integer> I = F.withLanes(int.class);

    /** The upper half of a lane. */
    private static final int HIGH = 0xFFFF0000;

    private static final int L = F.length();
    private static final long V = F.vectorByteSize();

    /** Never reached: see {@link Tiles}. */
    @SuppressWarnings("NonFinalStaticField")
    private static int never = -1;

    private Bf16Dots() {}

    /** 12 rows. */
    static void x12(MemorySegment w, long o0, long stride, int n, MemorySegment x, float[] lanes) {
        Segments.touch(w, o0);
        Segments.touch(x, 0);
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
        FloatVector s0 = FloatVector.zero(F);
        FloatVector s1 = s0;
        FloatVector s2 = s0;
        FloatVector s3 = s0;
        FloatVector s4 = s0;
        FloatVector s5 = s0;
        FloatVector s6 = s0;
        FloatVector s7 = s0;
        FloatVector s8 = s0;
        FloatVector s9 = s0;
        FloatVector s10 = s0;
        FloatVector s11 = s0;
        for (int k = 0; k < n; k += 2 * L) {
            long a = 4L * k;
            FloatVector xa = FloatVector.fromMemorySegment(F, x, a, LITTLE_ENDIAN);
            FloatVector xb = FloatVector.fromMemorySegment(F, x, a + V, LITTLE_ENDIAN);
            IntVector w0 = IntVector.fromMemorySegment(I, w, o0 + 2L * k, LITTLE_ENDIAN);
            s0 = w0.lanewise(LSHL, 16).reinterpretAsFloats().fma(xa, s0);
            s0 = w0.and(HIGH).reinterpretAsFloats().fma(xb, s0);
            IntVector w1 = IntVector.fromMemorySegment(I, w, o1 + 2L * k, LITTLE_ENDIAN);
            s1 = w1.lanewise(LSHL, 16).reinterpretAsFloats().fma(xa, s1);
            s1 = w1.and(HIGH).reinterpretAsFloats().fma(xb, s1);
            IntVector w2 = IntVector.fromMemorySegment(I, w, o2 + 2L * k, LITTLE_ENDIAN);
            s2 = w2.lanewise(LSHL, 16).reinterpretAsFloats().fma(xa, s2);
            s2 = w2.and(HIGH).reinterpretAsFloats().fma(xb, s2);
            IntVector w3 = IntVector.fromMemorySegment(I, w, o3 + 2L * k, LITTLE_ENDIAN);
            s3 = w3.lanewise(LSHL, 16).reinterpretAsFloats().fma(xa, s3);
            s3 = w3.and(HIGH).reinterpretAsFloats().fma(xb, s3);
            IntVector w4 = IntVector.fromMemorySegment(I, w, o4 + 2L * k, LITTLE_ENDIAN);
            s4 = w4.lanewise(LSHL, 16).reinterpretAsFloats().fma(xa, s4);
            s4 = w4.and(HIGH).reinterpretAsFloats().fma(xb, s4);
            IntVector w5 = IntVector.fromMemorySegment(I, w, o5 + 2L * k, LITTLE_ENDIAN);
            s5 = w5.lanewise(LSHL, 16).reinterpretAsFloats().fma(xa, s5);
            s5 = w5.and(HIGH).reinterpretAsFloats().fma(xb, s5);
            IntVector w6 = IntVector.fromMemorySegment(I, w, o6 + 2L * k, LITTLE_ENDIAN);
            s6 = w6.lanewise(LSHL, 16).reinterpretAsFloats().fma(xa, s6);
            s6 = w6.and(HIGH).reinterpretAsFloats().fma(xb, s6);
            IntVector w7 = IntVector.fromMemorySegment(I, w, o7 + 2L * k, LITTLE_ENDIAN);
            s7 = w7.lanewise(LSHL, 16).reinterpretAsFloats().fma(xa, s7);
            s7 = w7.and(HIGH).reinterpretAsFloats().fma(xb, s7);
            IntVector w8 = IntVector.fromMemorySegment(I, w, o8 + 2L * k, LITTLE_ENDIAN);
            s8 = w8.lanewise(LSHL, 16).reinterpretAsFloats().fma(xa, s8);
            s8 = w8.and(HIGH).reinterpretAsFloats().fma(xb, s8);
            IntVector w9 = IntVector.fromMemorySegment(I, w, o9 + 2L * k, LITTLE_ENDIAN);
            s9 = w9.lanewise(LSHL, 16).reinterpretAsFloats().fma(xa, s9);
            s9 = w9.and(HIGH).reinterpretAsFloats().fma(xb, s9);
            IntVector w10 = IntVector.fromMemorySegment(I, w, o10 + 2L * k, LITTLE_ENDIAN);
            s10 = w10.lanewise(LSHL, 16).reinterpretAsFloats().fma(xa, s10);
            s10 = w10.and(HIGH).reinterpretAsFloats().fma(xb, s10);
            IntVector w11 = IntVector.fromMemorySegment(I, w, o11 + 2L * k, LITTLE_ENDIAN);
            s11 = w11.lanewise(LSHL, 16).reinterpretAsFloats().fma(xa, s11);
            s11 = w11.and(HIGH).reinterpretAsFloats().fma(xb, s11);
        }
        s0.intoArray(lanes, 0);
        s1.intoArray(lanes, L);
        s2.intoArray(lanes, 2 * L);
        s3.intoArray(lanes, 3 * L);
        s4.intoArray(lanes, 4 * L);
        s5.intoArray(lanes, 5 * L);
        s6.intoArray(lanes, 6 * L);
        s7.intoArray(lanes, 7 * L);
        s8.intoArray(lanes, 8 * L);
        s9.intoArray(lanes, 9 * L);
        s10.intoArray(lanes, 10 * L);
        s11.intoArray(lanes, 11 * L);
    }

    /** 4 rows. */
    static void x4(MemorySegment w, long o0, long stride, int n, MemorySegment x, float[] lanes) {
        Segments.touch(w, o0);
        Segments.touch(x, 0);
        long o1 = o0 + stride;
        long o2 = o1 + stride;
        long o3 = o2 + stride;
        FloatVector s0 = FloatVector.zero(F);
        FloatVector s1 = s0;
        FloatVector s2 = s0;
        FloatVector s3 = s0;
        for (int k = 0; k < n; k += 2 * L) {
            long a = 4L * k;
            FloatVector xa = FloatVector.fromMemorySegment(F, x, a, LITTLE_ENDIAN);
            FloatVector xb = FloatVector.fromMemorySegment(F, x, a + V, LITTLE_ENDIAN);
            IntVector w0 = IntVector.fromMemorySegment(I, w, o0 + 2L * k, LITTLE_ENDIAN);
            s0 = w0.lanewise(LSHL, 16).reinterpretAsFloats().fma(xa, s0);
            s0 = w0.and(HIGH).reinterpretAsFloats().fma(xb, s0);
            IntVector w1 = IntVector.fromMemorySegment(I, w, o1 + 2L * k, LITTLE_ENDIAN);
            s1 = w1.lanewise(LSHL, 16).reinterpretAsFloats().fma(xa, s1);
            s1 = w1.and(HIGH).reinterpretAsFloats().fma(xb, s1);
            IntVector w2 = IntVector.fromMemorySegment(I, w, o2 + 2L * k, LITTLE_ENDIAN);
            s2 = w2.lanewise(LSHL, 16).reinterpretAsFloats().fma(xa, s2);
            s2 = w2.and(HIGH).reinterpretAsFloats().fma(xb, s2);
            IntVector w3 = IntVector.fromMemorySegment(I, w, o3 + 2L * k, LITTLE_ENDIAN);
            s3 = w3.lanewise(LSHL, 16).reinterpretAsFloats().fma(xa, s3);
            s3 = w3.and(HIGH).reinterpretAsFloats().fma(xb, s3);
        }
        s0.intoArray(lanes, 0);
        s1.intoArray(lanes, L);
        s2.intoArray(lanes, 2 * L);
        s3.intoArray(lanes, 3 * L);
    }

    /** 1 row. */
    static void x1(MemorySegment w, long o0, int n, MemorySegment x, float[] lanes) {
        Segments.touch(w, o0);
        Segments.touch(x, 0);
        FloatVector s0 = FloatVector.zero(F);
        for (int k = 0; k < n; k += 2 * L) {
            long a = 4L * k;
            FloatVector xa = FloatVector.fromMemorySegment(F, x, a, LITTLE_ENDIAN);
            FloatVector xb = FloatVector.fromMemorySegment(F, x, a + V, LITTLE_ENDIAN);
            IntVector w0 = IntVector.fromMemorySegment(I, w, o0 + 2L * k, LITTLE_ENDIAN);
            s0 = w0.lanewise(LSHL, 16).reinterpretAsFloats().fma(xa, s0);
            s0 = w0.and(HIGH).reinterpretAsFloats().fma(xb, s0);
        }
        s0.intoArray(lanes, 0);
    }

    /** 3 rows with 8 rows of activations. */
    static void x3by8(
            MemorySegment w, long o0, long stride, int n, MemorySegment x, float[] lanes) {
        Segments.touch(w, o0);
        Segments.touch(x, 0);
        int stop = never;
        long o1 = o0 + stride;
        long o2 = o1 + stride;
        FloatVector s0t0 = FloatVector.zero(F);
        FloatVector s0t1 = s0t0;
        FloatVector s0t2 = s0t0;
        FloatVector s0t3 = s0t0;
        FloatVector s0t4 = s0t0;
        FloatVector s0t5 = s0t0;
        FloatVector s0t6 = s0t0;
        FloatVector s0t7 = s0t0;
        FloatVector s1t0 = s0t0;
        FloatVector s1t1 = s0t0;
        FloatVector s1t2 = s0t0;
        FloatVector s1t3 = s0t0;
        FloatVector s1t4 = s0t0;
        FloatVector s1t5 = s0t0;
        FloatVector s1t6 = s0t0;
        FloatVector s1t7 = s0t0;
        FloatVector s2t0 = s0t0;
        FloatVector s2t1 = s0t0;
        FloatVector s2t2 = s0t0;
        FloatVector s2t3 = s0t0;
        FloatVector s2t4 = s0t0;
        FloatVector s2t5 = s0t0;
        FloatVector s2t6 = s0t0;
        FloatVector s2t7 = s0t0;
        for (int k = 0; k < n; k += 2 * L) {
            long a = 32L * k;
            IntVector w0 = IntVector.fromMemorySegment(I, w, o0 + 2L * k, LITTLE_ENDIAN);
            FloatVector a0 = w0.lanewise(LSHL, 16).reinterpretAsFloats();
            FloatVector b0 = w0.and(HIGH).reinterpretAsFloats();
            IntVector w1 = IntVector.fromMemorySegment(I, w, o1 + 2L * k, LITTLE_ENDIAN);
            FloatVector a1 = w1.lanewise(LSHL, 16).reinterpretAsFloats();
            FloatVector b1 = w1.and(HIGH).reinterpretAsFloats();
            IntVector w2 = IntVector.fromMemorySegment(I, w, o2 + 2L * k, LITTLE_ENDIAN);
            FloatVector a2 = w2.lanewise(LSHL, 16).reinterpretAsFloats();
            FloatVector b2 = w2.and(HIGH).reinterpretAsFloats();
            FloatVector x0 = FloatVector.fromMemorySegment(F, x, a, LITTLE_ENDIAN);
            s0t0 = a0.fma(x0, s0t0);
            s1t0 = a1.fma(x0, s1t0);
            s2t0 = a2.fma(x0, s2t0);
            FloatVector y0 = FloatVector.fromMemorySegment(F, x, a + 1 * V, LITTLE_ENDIAN);
            s0t0 = b0.fma(y0, s0t0);
            s1t0 = b1.fma(y0, s1t0);
            s2t0 = b2.fma(y0, s2t0);
            FloatVector x1 = FloatVector.fromMemorySegment(F, x, a + 2 * V, LITTLE_ENDIAN);
            s0t1 = a0.fma(x1, s0t1);
            s1t1 = a1.fma(x1, s1t1);
            s2t1 = a2.fma(x1, s2t1);
            FloatVector y1 = FloatVector.fromMemorySegment(F, x, a + 3 * V, LITTLE_ENDIAN);
            s0t1 = b0.fma(y1, s0t1);
            s1t1 = b1.fma(y1, s1t1);
            s2t1 = b2.fma(y1, s2t1);
            if (k == stop) {
                break;
            }
            FloatVector x2 = FloatVector.fromMemorySegment(F, x, a + 4 * V, LITTLE_ENDIAN);
            s0t2 = a0.fma(x2, s0t2);
            s1t2 = a1.fma(x2, s1t2);
            s2t2 = a2.fma(x2, s2t2);
            FloatVector y2 = FloatVector.fromMemorySegment(F, x, a + 5 * V, LITTLE_ENDIAN);
            s0t2 = b0.fma(y2, s0t2);
            s1t2 = b1.fma(y2, s1t2);
            s2t2 = b2.fma(y2, s2t2);
            FloatVector x3 = FloatVector.fromMemorySegment(F, x, a + 6 * V, LITTLE_ENDIAN);
            s0t3 = a0.fma(x3, s0t3);
            s1t3 = a1.fma(x3, s1t3);
            s2t3 = a2.fma(x3, s2t3);
            FloatVector y3 = FloatVector.fromMemorySegment(F, x, a + 7 * V, LITTLE_ENDIAN);
            s0t3 = b0.fma(y3, s0t3);
            s1t3 = b1.fma(y3, s1t3);
            s2t3 = b2.fma(y3, s2t3);
            if (k == stop) {
                break;
            }
            FloatVector x4 = FloatVector.fromMemorySegment(F, x, a + 8 * V, LITTLE_ENDIAN);
            s0t4 = a0.fma(x4, s0t4);
            s1t4 = a1.fma(x4, s1t4);
            s2t4 = a2.fma(x4, s2t4);
            FloatVector y4 = FloatVector.fromMemorySegment(F, x, a + 9 * V, LITTLE_ENDIAN);
            s0t4 = b0.fma(y4, s0t4);
            s1t4 = b1.fma(y4, s1t4);
            s2t4 = b2.fma(y4, s2t4);
            FloatVector x5 = FloatVector.fromMemorySegment(F, x, a + 10 * V, LITTLE_ENDIAN);
            s0t5 = a0.fma(x5, s0t5);
            s1t5 = a1.fma(x5, s1t5);
            s2t5 = a2.fma(x5, s2t5);
            FloatVector y5 = FloatVector.fromMemorySegment(F, x, a + 11 * V, LITTLE_ENDIAN);
            s0t5 = b0.fma(y5, s0t5);
            s1t5 = b1.fma(y5, s1t5);
            s2t5 = b2.fma(y5, s2t5);
            if (k == stop) {
                break;
            }
            FloatVector x6 = FloatVector.fromMemorySegment(F, x, a + 12 * V, LITTLE_ENDIAN);
            s0t6 = a0.fma(x6, s0t6);
            s1t6 = a1.fma(x6, s1t6);
            s2t6 = a2.fma(x6, s2t6);
            FloatVector y6 = FloatVector.fromMemorySegment(F, x, a + 13 * V, LITTLE_ENDIAN);
            s0t6 = b0.fma(y6, s0t6);
            s1t6 = b1.fma(y6, s1t6);
            s2t6 = b2.fma(y6, s2t6);
            FloatVector x7 = FloatVector.fromMemorySegment(F, x, a + 14 * V, LITTLE_ENDIAN);
            s0t7 = a0.fma(x7, s0t7);
            s1t7 = a1.fma(x7, s1t7);
            s2t7 = a2.fma(x7, s2t7);
            FloatVector y7 = FloatVector.fromMemorySegment(F, x, a + 15 * V, LITTLE_ENDIAN);
            s0t7 = b0.fma(y7, s0t7);
            s1t7 = b1.fma(y7, s1t7);
            s2t7 = b2.fma(y7, s2t7);
        }
        s0t0.intoArray(lanes, 0);
        s0t1.intoArray(lanes, L);
        s0t2.intoArray(lanes, 2 * L);
        s0t3.intoArray(lanes, 3 * L);
        s0t4.intoArray(lanes, 4 * L);
        s0t5.intoArray(lanes, 5 * L);
        s0t6.intoArray(lanes, 6 * L);
        s0t7.intoArray(lanes, 7 * L);
        s1t0.intoArray(lanes, 8 * L);
        s1t1.intoArray(lanes, 9 * L);
        s1t2.intoArray(lanes, 10 * L);
        s1t3.intoArray(lanes, 11 * L);
        s1t4.intoArray(lanes, 12 * L);
        s1t5.intoArray(lanes, 13 * L);
        s1t6.intoArray(lanes, 14 * L);
        s1t7.intoArray(lanes, 15 * L);
        s2t0.intoArray(lanes, 16 * L);
        s2t1.intoArray(lanes, 17 * L);
        s2t2.intoArray(lanes, 18 * L);
        s2t3.intoArray(lanes, 19 * L);
        s2t4.intoArray(lanes, 20 * L);
        s2t5.intoArray(lanes, 21 * L);
        s2t6.intoArray(lanes, 22 * L);
        s2t7.intoArray(lanes, 23 * L);
    }

    /** 2 rows with 4 rows of activations. */
    static void x2by4(
            MemorySegment w, long o0, long stride, int n, MemorySegment x, float[] lanes) {
        Segments.touch(w, o0);
        Segments.touch(x, 0);
        long o1 = o0 + stride;
        FloatVector s0t0 = FloatVector.zero(F);
        FloatVector s0t1 = s0t0;
        FloatVector s0t2 = s0t0;
        FloatVector s0t3 = s0t0;
        FloatVector s1t0 = s0t0;
        FloatVector s1t1 = s0t0;
        FloatVector s1t2 = s0t0;
        FloatVector s1t3 = s0t0;
        for (int k = 0; k < n; k += 2 * L) {
            long a = 16L * k;
            IntVector w0 = IntVector.fromMemorySegment(I, w, o0 + 2L * k, LITTLE_ENDIAN);
            FloatVector a0 = w0.lanewise(LSHL, 16).reinterpretAsFloats();
            FloatVector b0 = w0.and(HIGH).reinterpretAsFloats();
            IntVector w1 = IntVector.fromMemorySegment(I, w, o1 + 2L * k, LITTLE_ENDIAN);
            FloatVector a1 = w1.lanewise(LSHL, 16).reinterpretAsFloats();
            FloatVector b1 = w1.and(HIGH).reinterpretAsFloats();
            FloatVector x0 = FloatVector.fromMemorySegment(F, x, a, LITTLE_ENDIAN);
            s0t0 = a0.fma(x0, s0t0);
            s1t0 = a1.fma(x0, s1t0);
            FloatVector y0 = FloatVector.fromMemorySegment(F, x, a + 1 * V, LITTLE_ENDIAN);
            s0t0 = b0.fma(y0, s0t0);
            s1t0 = b1.fma(y0, s1t0);
            FloatVector x1 = FloatVector.fromMemorySegment(F, x, a + 2 * V, LITTLE_ENDIAN);
            s0t1 = a0.fma(x1, s0t1);
            s1t1 = a1.fma(x1, s1t1);
            FloatVector y1 = FloatVector.fromMemorySegment(F, x, a + 3 * V, LITTLE_ENDIAN);
            s0t1 = b0.fma(y1, s0t1);
            s1t1 = b1.fma(y1, s1t1);
            FloatVector x2 = FloatVector.fromMemorySegment(F, x, a + 4 * V, LITTLE_ENDIAN);
            s0t2 = a0.fma(x2, s0t2);
            s1t2 = a1.fma(x2, s1t2);
            FloatVector y2 = FloatVector.fromMemorySegment(F, x, a + 5 * V, LITTLE_ENDIAN);
            s0t2 = b0.fma(y2, s0t2);
            s1t2 = b1.fma(y2, s1t2);
            FloatVector x3 = FloatVector.fromMemorySegment(F, x, a + 6 * V, LITTLE_ENDIAN);
            s0t3 = a0.fma(x3, s0t3);
            s1t3 = a1.fma(x3, s1t3);
            FloatVector y3 = FloatVector.fromMemorySegment(F, x, a + 7 * V, LITTLE_ENDIAN);
            s0t3 = b0.fma(y3, s0t3);
            s1t3 = b1.fma(y3, s1t3);
        }
        s0t0.intoArray(lanes, 0);
        s0t1.intoArray(lanes, L);
        s0t2.intoArray(lanes, 2 * L);
        s0t3.intoArray(lanes, 3 * L);
        s1t0.intoArray(lanes, 4 * L);
        s1t1.intoArray(lanes, 5 * L);
        s1t2.intoArray(lanes, 6 * L);
        s1t3.intoArray(lanes, 7 * L);
    }

    /** 1 row with 8 rows of activations. */
    static void x1by8(MemorySegment w, long o0, int n, MemorySegment x, float[] lanes) {
        Segments.touch(w, o0);
        Segments.touch(x, 0);
        FloatVector s0t0 = FloatVector.zero(F);
        FloatVector s0t1 = s0t0;
        FloatVector s0t2 = s0t0;
        FloatVector s0t3 = s0t0;
        FloatVector s0t4 = s0t0;
        FloatVector s0t5 = s0t0;
        FloatVector s0t6 = s0t0;
        FloatVector s0t7 = s0t0;
        for (int k = 0; k < n; k += 2 * L) {
            long a = 32L * k;
            IntVector w0 = IntVector.fromMemorySegment(I, w, o0 + 2L * k, LITTLE_ENDIAN);
            FloatVector a0 = w0.lanewise(LSHL, 16).reinterpretAsFloats();
            FloatVector b0 = w0.and(HIGH).reinterpretAsFloats();
            FloatVector x0 = FloatVector.fromMemorySegment(F, x, a, LITTLE_ENDIAN);
            s0t0 = a0.fma(x0, s0t0);
            FloatVector y0 = FloatVector.fromMemorySegment(F, x, a + 1 * V, LITTLE_ENDIAN);
            s0t0 = b0.fma(y0, s0t0);
            FloatVector x1 = FloatVector.fromMemorySegment(F, x, a + 2 * V, LITTLE_ENDIAN);
            s0t1 = a0.fma(x1, s0t1);
            FloatVector y1 = FloatVector.fromMemorySegment(F, x, a + 3 * V, LITTLE_ENDIAN);
            s0t1 = b0.fma(y1, s0t1);
            FloatVector x2 = FloatVector.fromMemorySegment(F, x, a + 4 * V, LITTLE_ENDIAN);
            s0t2 = a0.fma(x2, s0t2);
            FloatVector y2 = FloatVector.fromMemorySegment(F, x, a + 5 * V, LITTLE_ENDIAN);
            s0t2 = b0.fma(y2, s0t2);
            FloatVector x3 = FloatVector.fromMemorySegment(F, x, a + 6 * V, LITTLE_ENDIAN);
            s0t3 = a0.fma(x3, s0t3);
            FloatVector y3 = FloatVector.fromMemorySegment(F, x, a + 7 * V, LITTLE_ENDIAN);
            s0t3 = b0.fma(y3, s0t3);
            FloatVector x4 = FloatVector.fromMemorySegment(F, x, a + 8 * V, LITTLE_ENDIAN);
            s0t4 = a0.fma(x4, s0t4);
            FloatVector y4 = FloatVector.fromMemorySegment(F, x, a + 9 * V, LITTLE_ENDIAN);
            s0t4 = b0.fma(y4, s0t4);
            FloatVector x5 = FloatVector.fromMemorySegment(F, x, a + 10 * V, LITTLE_ENDIAN);
            s0t5 = a0.fma(x5, s0t5);
            FloatVector y5 = FloatVector.fromMemorySegment(F, x, a + 11 * V, LITTLE_ENDIAN);
            s0t5 = b0.fma(y5, s0t5);
            FloatVector x6 = FloatVector.fromMemorySegment(F, x, a + 12 * V, LITTLE_ENDIAN);
            s0t6 = a0.fma(x6, s0t6);
            FloatVector y6 = FloatVector.fromMemorySegment(F, x, a + 13 * V, LITTLE_ENDIAN);
            s0t6 = b0.fma(y6, s0t6);
            FloatVector x7 = FloatVector.fromMemorySegment(F, x, a + 14 * V, LITTLE_ENDIAN);
            s0t7 = a0.fma(x7, s0t7);
            FloatVector y7 = FloatVector.fromMemorySegment(F, x, a + 15 * V, LITTLE_ENDIAN);
            s0t7 = b0.fma(y7, s0t7);
        }
        s0t0.intoArray(lanes, 0);
        s0t1.intoArray(lanes, L);
        s0t2.intoArray(lanes, 2 * L);
        s0t3.intoArray(lanes, 3 * L);
        s0t4.intoArray(lanes, 4 * L);
        s0t5.intoArray(lanes, 5 * L);
        s0t6.intoArray(lanes, 6 * L);
        s0t7.intoArray(lanes, 7 * L);
    }

    /** 1 row with 4 rows of activations. */
    static void x1by4(MemorySegment w, long o0, int n, MemorySegment x, float[] lanes) {
        Segments.touch(w, o0);
        Segments.touch(x, 0);
        FloatVector s0t0 = FloatVector.zero(F);
        FloatVector s0t1 = s0t0;
        FloatVector s0t2 = s0t0;
        FloatVector s0t3 = s0t0;
        for (int k = 0; k < n; k += 2 * L) {
            long a = 16L * k;
            IntVector w0 = IntVector.fromMemorySegment(I, w, o0 + 2L * k, LITTLE_ENDIAN);
            FloatVector a0 = w0.lanewise(LSHL, 16).reinterpretAsFloats();
            FloatVector b0 = w0.and(HIGH).reinterpretAsFloats();
            FloatVector x0 = FloatVector.fromMemorySegment(F, x, a, LITTLE_ENDIAN);
            s0t0 = a0.fma(x0, s0t0);
            FloatVector y0 = FloatVector.fromMemorySegment(F, x, a + 1 * V, LITTLE_ENDIAN);
            s0t0 = b0.fma(y0, s0t0);
            FloatVector x1 = FloatVector.fromMemorySegment(F, x, a + 2 * V, LITTLE_ENDIAN);
            s0t1 = a0.fma(x1, s0t1);
            FloatVector y1 = FloatVector.fromMemorySegment(F, x, a + 3 * V, LITTLE_ENDIAN);
            s0t1 = b0.fma(y1, s0t1);
            FloatVector x2 = FloatVector.fromMemorySegment(F, x, a + 4 * V, LITTLE_ENDIAN);
            s0t2 = a0.fma(x2, s0t2);
            FloatVector y2 = FloatVector.fromMemorySegment(F, x, a + 5 * V, LITTLE_ENDIAN);
            s0t2 = b0.fma(y2, s0t2);
            FloatVector x3 = FloatVector.fromMemorySegment(F, x, a + 6 * V, LITTLE_ENDIAN);
            s0t3 = a0.fma(x3, s0t3);
            FloatVector y3 = FloatVector.fromMemorySegment(F, x, a + 7 * V, LITTLE_ENDIAN);
            s0t3 = b0.fma(y3, s0t3);
        }
        s0t0.intoArray(lanes, 0);
        s0t1.intoArray(lanes, L);
        s0t2.intoArray(lanes, 2 * L);
        s0t3.intoArray(lanes, 3 * L);
    }
}
