package dev.altiplano.kernels.simd;

import static jdk.incubator.vector.VectorOperators.ASHR;
import static jdk.incubator.vector.VectorOperators.LSHL;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorSpecies;

import java.lang.foreign.MemorySegment;

/**
 * Dot products of FP8-E4M3 rows with activations in the order of {@link Arrangement}, as {@link
 * Fp8Dots}, for processors that multiply subnormal numbers as fast as others: see {@link
 * Subnormals}.
 *
 * <p>Sign, exponent and mantissa of a code, moved to where FP32 has them, are its value times
 * 2^-120. Activations take one half of that, results the other: 2^120 at once would make infinite
 * what exceeds 256. A power of two changes no bit of a sum.
 */
final class Fp8MovedDots {
    private static final VectorSpecies<Float> F = FloatVector.SPECIES_PREFERRED;
    private static final VectorSpecies<Integer> I = F.withLanes(int.class);
    private static final VectorSpecies<Short> H = F.withLanes(short.class);

    /** What activations are multiplied by. */
    static final float FACTOR = 0x1p60f;

    /** What sums are multiplied by. */
    static final float UNIT = 0x1p60f;

    /** Sign, exponent and mantissa of a code that was moved to where BF16 has them. */
    private static final short HALF = (short) 0x87F0;

    /** The upper half of a lane. */
    private static final int UPPER = 0xFFFF0000;

    private static final int L = F.length();
    private static final long V = F.vectorByteSize();

    /** Never reached: see {@link Tiles}. */
    @SuppressWarnings("NonFinalStaticField")
    private static int never = -1;

    private Fp8MovedDots() {}

    /** 6 rows, whose codes are moved in halves of a lane: fewer shifts, but more registers. */
    static void x6(MemorySegment w, long o0, long stride, int n, MemorySegment x, float[] lanes) {
        Segments.touch(w, o0);
        Segments.touch(x, 0);
        long o1 = o0 + stride;
        long o2 = o1 + stride;
        long o3 = o2 + stride;
        long o4 = o3 + stride;
        long o5 = o4 + stride;
        FloatVector s0 = FloatVector.zero(F);
        FloatVector s1 = s0;
        FloatVector s2 = s0;
        FloatVector s3 = s0;
        FloatVector s4 = s0;
        FloatVector s5 = s0;
        for (int k = 0; k < n; k += 4 * L) {
            long a = 4L * k;
            FloatVector x0 = FloatVector.fromMemorySegment(F, x, a, LITTLE_ENDIAN);
            FloatVector x1 = FloatVector.fromMemorySegment(F, x, a + V, LITTLE_ENDIAN);
            FloatVector x2 = FloatVector.fromMemorySegment(F, x, a + 2 * V, LITTLE_ENDIAN);
            FloatVector x3 = FloatVector.fromMemorySegment(F, x, a + 3 * V, LITTLE_ENDIAN);
            ShortVector w0 = ShortVector.fromMemorySegment(H, w, o0 + k, LITTLE_ENDIAN);
            IntVector e0 = w0.lanewise(LSHL, 8).lanewise(ASHR, 4).and(HALF).reinterpretAsInts();
            IntVector d0 = w0.lanewise(ASHR, 4).and(HALF).reinterpretAsInts();
            s0 = e0.lanewise(LSHL, 16).reinterpretAsFloats().fma(x0, s0);
            s0 = d0.lanewise(LSHL, 16).reinterpretAsFloats().fma(x1, s0);
            s0 = e0.and(UPPER).reinterpretAsFloats().fma(x2, s0);
            s0 = d0.and(UPPER).reinterpretAsFloats().fma(x3, s0);
            ShortVector w1 = ShortVector.fromMemorySegment(H, w, o1 + k, LITTLE_ENDIAN);
            IntVector e1 = w1.lanewise(LSHL, 8).lanewise(ASHR, 4).and(HALF).reinterpretAsInts();
            IntVector d1 = w1.lanewise(ASHR, 4).and(HALF).reinterpretAsInts();
            s1 = e1.lanewise(LSHL, 16).reinterpretAsFloats().fma(x0, s1);
            s1 = d1.lanewise(LSHL, 16).reinterpretAsFloats().fma(x1, s1);
            s1 = e1.and(UPPER).reinterpretAsFloats().fma(x2, s1);
            s1 = d1.and(UPPER).reinterpretAsFloats().fma(x3, s1);
            ShortVector w2 = ShortVector.fromMemorySegment(H, w, o2 + k, LITTLE_ENDIAN);
            IntVector e2 = w2.lanewise(LSHL, 8).lanewise(ASHR, 4).and(HALF).reinterpretAsInts();
            IntVector d2 = w2.lanewise(ASHR, 4).and(HALF).reinterpretAsInts();
            s2 = e2.lanewise(LSHL, 16).reinterpretAsFloats().fma(x0, s2);
            s2 = d2.lanewise(LSHL, 16).reinterpretAsFloats().fma(x1, s2);
            s2 = e2.and(UPPER).reinterpretAsFloats().fma(x2, s2);
            s2 = d2.and(UPPER).reinterpretAsFloats().fma(x3, s2);
            ShortVector w3 = ShortVector.fromMemorySegment(H, w, o3 + k, LITTLE_ENDIAN);
            IntVector e3 = w3.lanewise(LSHL, 8).lanewise(ASHR, 4).and(HALF).reinterpretAsInts();
            IntVector d3 = w3.lanewise(ASHR, 4).and(HALF).reinterpretAsInts();
            s3 = e3.lanewise(LSHL, 16).reinterpretAsFloats().fma(x0, s3);
            s3 = d3.lanewise(LSHL, 16).reinterpretAsFloats().fma(x1, s3);
            s3 = e3.and(UPPER).reinterpretAsFloats().fma(x2, s3);
            s3 = d3.and(UPPER).reinterpretAsFloats().fma(x3, s3);
            ShortVector w4 = ShortVector.fromMemorySegment(H, w, o4 + k, LITTLE_ENDIAN);
            IntVector e4 = w4.lanewise(LSHL, 8).lanewise(ASHR, 4).and(HALF).reinterpretAsInts();
            IntVector d4 = w4.lanewise(ASHR, 4).and(HALF).reinterpretAsInts();
            s4 = e4.lanewise(LSHL, 16).reinterpretAsFloats().fma(x0, s4);
            s4 = d4.lanewise(LSHL, 16).reinterpretAsFloats().fma(x1, s4);
            s4 = e4.and(UPPER).reinterpretAsFloats().fma(x2, s4);
            s4 = d4.and(UPPER).reinterpretAsFloats().fma(x3, s4);
            ShortVector w5 = ShortVector.fromMemorySegment(H, w, o5 + k, LITTLE_ENDIAN);
            IntVector e5 = w5.lanewise(LSHL, 8).lanewise(ASHR, 4).and(HALF).reinterpretAsInts();
            IntVector d5 = w5.lanewise(ASHR, 4).and(HALF).reinterpretAsInts();
            s5 = e5.lanewise(LSHL, 16).reinterpretAsFloats().fma(x0, s5);
            s5 = d5.lanewise(LSHL, 16).reinterpretAsFloats().fma(x1, s5);
            s5 = e5.and(UPPER).reinterpretAsFloats().fma(x2, s5);
            s5 = d5.and(UPPER).reinterpretAsFloats().fma(x3, s5);
        }
        s0.intoArray(lanes, 0);
        s1.intoArray(lanes, L);
        s2.intoArray(lanes, 2 * L);
        s3.intoArray(lanes, 3 * L);
        s4.intoArray(lanes, 4 * L);
        s5.intoArray(lanes, 5 * L);
    }

    /**
     * 3 rows with 8 rows of activations: a vector of columns in each step, as more would need more
     * than 32 registers.
     */
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
        for (int k = 0; k < n; k += L) {
            long codes = k & -4 * L;
            int up = (~k & 3 * L) / L * 8;
            long a = 32L * (k & -2 * L) + 4L * (k & L);
            FloatVector a0 =
                    IntVector.fromMemorySegment(I, w, o0 + codes, LITTLE_ENDIAN)
                            .lanewise(LSHL, up)
                            .lanewise(ASHR, 4)
                            .and(Fp8Dots.E4M3)
                            .reinterpretAsFloats();
            FloatVector a1 =
                    IntVector.fromMemorySegment(I, w, o1 + codes, LITTLE_ENDIAN)
                            .lanewise(LSHL, up)
                            .lanewise(ASHR, 4)
                            .and(Fp8Dots.E4M3)
                            .reinterpretAsFloats();
            FloatVector a2 =
                    IntVector.fromMemorySegment(I, w, o2 + codes, LITTLE_ENDIAN)
                            .lanewise(LSHL, up)
                            .lanewise(ASHR, 4)
                            .and(Fp8Dots.E4M3)
                            .reinterpretAsFloats();
            FloatVector x0 = FloatVector.fromMemorySegment(F, x, a, LITTLE_ENDIAN);
            s0t0 = a0.fma(x0, s0t0);
            s1t0 = a1.fma(x0, s1t0);
            s2t0 = a2.fma(x0, s2t0);
            FloatVector x1 = FloatVector.fromMemorySegment(F, x, a + 2 * V, LITTLE_ENDIAN);
            s0t1 = a0.fma(x1, s0t1);
            s1t1 = a1.fma(x1, s1t1);
            s2t1 = a2.fma(x1, s2t1);
            if (k == stop) {
                break;
            }
            FloatVector x2 = FloatVector.fromMemorySegment(F, x, a + 4 * V, LITTLE_ENDIAN);
            s0t2 = a0.fma(x2, s0t2);
            s1t2 = a1.fma(x2, s1t2);
            s2t2 = a2.fma(x2, s2t2);
            FloatVector x3 = FloatVector.fromMemorySegment(F, x, a + 6 * V, LITTLE_ENDIAN);
            s0t3 = a0.fma(x3, s0t3);
            s1t3 = a1.fma(x3, s1t3);
            s2t3 = a2.fma(x3, s2t3);
            if (k == stop) {
                break;
            }
            FloatVector x4 = FloatVector.fromMemorySegment(F, x, a + 8 * V, LITTLE_ENDIAN);
            s0t4 = a0.fma(x4, s0t4);
            s1t4 = a1.fma(x4, s1t4);
            s2t4 = a2.fma(x4, s2t4);
            FloatVector x5 = FloatVector.fromMemorySegment(F, x, a + 10 * V, LITTLE_ENDIAN);
            s0t5 = a0.fma(x5, s0t5);
            s1t5 = a1.fma(x5, s1t5);
            s2t5 = a2.fma(x5, s2t5);
            if (k == stop) {
                break;
            }
            FloatVector x6 = FloatVector.fromMemorySegment(F, x, a + 12 * V, LITTLE_ENDIAN);
            s0t6 = a0.fma(x6, s0t6);
            s1t6 = a1.fma(x6, s1t6);
            s2t6 = a2.fma(x6, s2t6);
            FloatVector x7 = FloatVector.fromMemorySegment(F, x, a + 14 * V, LITTLE_ENDIAN);
            s0t7 = a0.fma(x7, s0t7);
            s1t7 = a1.fma(x7, s1t7);
            s2t7 = a2.fma(x7, s2t7);
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
        for (int k = 0; k < n; k += 4 * L) {
            long a = 4L * k;
            FloatVector x0 = FloatVector.fromMemorySegment(F, x, a, LITTLE_ENDIAN);
            FloatVector x1 = FloatVector.fromMemorySegment(F, x, a + V, LITTLE_ENDIAN);
            FloatVector x2 = FloatVector.fromMemorySegment(F, x, a + 2 * V, LITTLE_ENDIAN);
            FloatVector x3 = FloatVector.fromMemorySegment(F, x, a + 3 * V, LITTLE_ENDIAN);
            IntVector w0 = IntVector.fromMemorySegment(I, w, o0 + k, LITTLE_ENDIAN);
            s0 =
                    w0.lanewise(LSHL, 24)
                            .lanewise(ASHR, 4)
                            .and(Fp8Dots.E4M3)
                            .reinterpretAsFloats()
                            .fma(x0, s0);
            s0 =
                    w0.lanewise(LSHL, 16)
                            .lanewise(ASHR, 4)
                            .and(Fp8Dots.E4M3)
                            .reinterpretAsFloats()
                            .fma(x1, s0);
            s0 =
                    w0.lanewise(LSHL, 8)
                            .lanewise(ASHR, 4)
                            .and(Fp8Dots.E4M3)
                            .reinterpretAsFloats()
                            .fma(x2, s0);
            s0 = w0.lanewise(ASHR, 4).and(Fp8Dots.E4M3).reinterpretAsFloats().fma(x3, s0);
            IntVector w1 = IntVector.fromMemorySegment(I, w, o1 + k, LITTLE_ENDIAN);
            s1 =
                    w1.lanewise(LSHL, 24)
                            .lanewise(ASHR, 4)
                            .and(Fp8Dots.E4M3)
                            .reinterpretAsFloats()
                            .fma(x0, s1);
            s1 =
                    w1.lanewise(LSHL, 16)
                            .lanewise(ASHR, 4)
                            .and(Fp8Dots.E4M3)
                            .reinterpretAsFloats()
                            .fma(x1, s1);
            s1 =
                    w1.lanewise(LSHL, 8)
                            .lanewise(ASHR, 4)
                            .and(Fp8Dots.E4M3)
                            .reinterpretAsFloats()
                            .fma(x2, s1);
            s1 = w1.lanewise(ASHR, 4).and(Fp8Dots.E4M3).reinterpretAsFloats().fma(x3, s1);
            IntVector w2 = IntVector.fromMemorySegment(I, w, o2 + k, LITTLE_ENDIAN);
            s2 =
                    w2.lanewise(LSHL, 24)
                            .lanewise(ASHR, 4)
                            .and(Fp8Dots.E4M3)
                            .reinterpretAsFloats()
                            .fma(x0, s2);
            s2 =
                    w2.lanewise(LSHL, 16)
                            .lanewise(ASHR, 4)
                            .and(Fp8Dots.E4M3)
                            .reinterpretAsFloats()
                            .fma(x1, s2);
            s2 =
                    w2.lanewise(LSHL, 8)
                            .lanewise(ASHR, 4)
                            .and(Fp8Dots.E4M3)
                            .reinterpretAsFloats()
                            .fma(x2, s2);
            s2 = w2.lanewise(ASHR, 4).and(Fp8Dots.E4M3).reinterpretAsFloats().fma(x3, s2);
            IntVector w3 = IntVector.fromMemorySegment(I, w, o3 + k, LITTLE_ENDIAN);
            s3 =
                    w3.lanewise(LSHL, 24)
                            .lanewise(ASHR, 4)
                            .and(Fp8Dots.E4M3)
                            .reinterpretAsFloats()
                            .fma(x0, s3);
            s3 =
                    w3.lanewise(LSHL, 16)
                            .lanewise(ASHR, 4)
                            .and(Fp8Dots.E4M3)
                            .reinterpretAsFloats()
                            .fma(x1, s3);
            s3 =
                    w3.lanewise(LSHL, 8)
                            .lanewise(ASHR, 4)
                            .and(Fp8Dots.E4M3)
                            .reinterpretAsFloats()
                            .fma(x2, s3);
            s3 = w3.lanewise(ASHR, 4).and(Fp8Dots.E4M3).reinterpretAsFloats().fma(x3, s3);
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
        for (int k = 0; k < n; k += 4 * L) {
            long a = 4L * k;
            FloatVector x0 = FloatVector.fromMemorySegment(F, x, a, LITTLE_ENDIAN);
            FloatVector x1 = FloatVector.fromMemorySegment(F, x, a + V, LITTLE_ENDIAN);
            FloatVector x2 = FloatVector.fromMemorySegment(F, x, a + 2 * V, LITTLE_ENDIAN);
            FloatVector x3 = FloatVector.fromMemorySegment(F, x, a + 3 * V, LITTLE_ENDIAN);
            IntVector w0 = IntVector.fromMemorySegment(I, w, o0 + k, LITTLE_ENDIAN);
            s0 =
                    w0.lanewise(LSHL, 24)
                            .lanewise(ASHR, 4)
                            .and(Fp8Dots.E4M3)
                            .reinterpretAsFloats()
                            .fma(x0, s0);
            s0 =
                    w0.lanewise(LSHL, 16)
                            .lanewise(ASHR, 4)
                            .and(Fp8Dots.E4M3)
                            .reinterpretAsFloats()
                            .fma(x1, s0);
            s0 =
                    w0.lanewise(LSHL, 8)
                            .lanewise(ASHR, 4)
                            .and(Fp8Dots.E4M3)
                            .reinterpretAsFloats()
                            .fma(x2, s0);
            s0 = w0.lanewise(ASHR, 4).and(Fp8Dots.E4M3).reinterpretAsFloats().fma(x3, s0);
        }
        s0.intoArray(lanes, 0);
    }

    /** Codes of one row as FP32, in the order of {@link Arrangement}. */
    static void decode(MemorySegment w, long o0, int n, MemorySegment out, long at) {
        Segments.touch(w, o0);
        for (int k = 0; k < n; k += 4 * L) {
            IntVector v = IntVector.fromMemorySegment(I, w, o0 + k, LITTLE_ENDIAN);
            v.lanewise(LSHL, 24)
                    .lanewise(ASHR, 4)
                    .and(Fp8Dots.E4M3)
                    .reinterpretAsFloats()
                    .intoMemorySegment(out, at + 4L * k, LITTLE_ENDIAN);
            v.lanewise(LSHL, 16)
                    .lanewise(ASHR, 4)
                    .and(Fp8Dots.E4M3)
                    .reinterpretAsFloats()
                    .intoMemorySegment(out, at + 4L * k + V, LITTLE_ENDIAN);
            v.lanewise(LSHL, 8)
                    .lanewise(ASHR, 4)
                    .and(Fp8Dots.E4M3)
                    .reinterpretAsFloats()
                    .intoMemorySegment(out, at + 4L * k + 2 * V, LITTLE_ENDIAN);
            v.lanewise(ASHR, 4)
                    .and(Fp8Dots.E4M3)
                    .reinterpretAsFloats()
                    .intoMemorySegment(out, at + 4L * k + 3 * V, LITTLE_ENDIAN);
        }
    }
}
