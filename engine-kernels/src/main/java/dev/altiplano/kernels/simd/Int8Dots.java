package dev.altiplano.kernels.simd;

import static jdk.incubator.vector.VectorOperators.B2F;
import static jdk.incubator.vector.VectorOperators.XOR;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

import java.lang.foreign.MemorySegment;

/**
 * Dot products of rows of 8-bit whole numbers with activations in their own order: bytes are
 * widened as they are loaded. Biased codes become signed ones by their uppermost bit. Sums are left
 * in lanes, as {@link Bf16Dots} does, and scaled by the caller.
 */
final class Int8Dots {
    private static final VectorSpecies<Float> F = FloatVector.SPECIES_PREFERRED;
    private static final VectorSpecies<Byte> Q = Bytes.SPECIES;
    private static final int L = F.length();
    private static final long V = F.vectorByteSize();

    /** What turns biased codes into signed ones. */
    static final byte FLIP = (byte) 0x80;

    /** Never reached: see {@link Tiles}. */
    @SuppressWarnings("NonFinalStaticField")
    private static int never = -1;

    private Int8Dots() {}

    /**
     * 8 rows, two vectors of columns in each step: needs 32 registers. Written out, because C2 does
     * not inline sixteen calls of what loads a vector of codes.
     */
    static void x8(MemorySegment w, long o0, long stride, int n, MemorySegment x, float[] lanes) {
        Segments.touch(w, o0);
        Segments.touch(x, 0);
        long o1 = o0 + stride;
        long o2 = o1 + stride;
        long o3 = o2 + stride;
        long o4 = o3 + stride;
        long o5 = o4 + stride;
        long o6 = o5 + stride;
        long o7 = o6 + stride;
        FloatVector s0 = FloatVector.zero(F);
        FloatVector s1 = s0;
        FloatVector s2 = s0;
        FloatVector s3 = s0;
        FloatVector s4 = s0;
        FloatVector s5 = s0;
        FloatVector s6 = s0;
        FloatVector s7 = s0;
        for (int k = 0; k < n; k += 2 * L) {
            FloatVector a = FloatVector.fromMemorySegment(F, x, 4L * k, LITTLE_ENDIAN);
            FloatVector b = FloatVector.fromMemorySegment(F, x, 4L * k + V, LITTLE_ENDIAN);
            ByteVector p0 = ByteVector.fromMemorySegment(Q, w, o0 + k, LITTLE_ENDIAN);
            ByteVector q0 = ByteVector.fromMemorySegment(Q, w, o0 + k + L, LITTLE_ENDIAN);
            s0 = ((FloatVector) p0.convertShape(B2F, F, 0)).fma(a, s0);
            s0 = ((FloatVector) q0.convertShape(B2F, F, 0)).fma(b, s0);
            ByteVector p1 = ByteVector.fromMemorySegment(Q, w, o1 + k, LITTLE_ENDIAN);
            ByteVector q1 = ByteVector.fromMemorySegment(Q, w, o1 + k + L, LITTLE_ENDIAN);
            s1 = ((FloatVector) p1.convertShape(B2F, F, 0)).fma(a, s1);
            s1 = ((FloatVector) q1.convertShape(B2F, F, 0)).fma(b, s1);
            ByteVector p2 = ByteVector.fromMemorySegment(Q, w, o2 + k, LITTLE_ENDIAN);
            ByteVector q2 = ByteVector.fromMemorySegment(Q, w, o2 + k + L, LITTLE_ENDIAN);
            s2 = ((FloatVector) p2.convertShape(B2F, F, 0)).fma(a, s2);
            s2 = ((FloatVector) q2.convertShape(B2F, F, 0)).fma(b, s2);
            ByteVector p3 = ByteVector.fromMemorySegment(Q, w, o3 + k, LITTLE_ENDIAN);
            ByteVector q3 = ByteVector.fromMemorySegment(Q, w, o3 + k + L, LITTLE_ENDIAN);
            s3 = ((FloatVector) p3.convertShape(B2F, F, 0)).fma(a, s3);
            s3 = ((FloatVector) q3.convertShape(B2F, F, 0)).fma(b, s3);
            ByteVector p4 = ByteVector.fromMemorySegment(Q, w, o4 + k, LITTLE_ENDIAN);
            ByteVector q4 = ByteVector.fromMemorySegment(Q, w, o4 + k + L, LITTLE_ENDIAN);
            s4 = ((FloatVector) p4.convertShape(B2F, F, 0)).fma(a, s4);
            s4 = ((FloatVector) q4.convertShape(B2F, F, 0)).fma(b, s4);
            ByteVector p5 = ByteVector.fromMemorySegment(Q, w, o5 + k, LITTLE_ENDIAN);
            ByteVector q5 = ByteVector.fromMemorySegment(Q, w, o5 + k + L, LITTLE_ENDIAN);
            s5 = ((FloatVector) p5.convertShape(B2F, F, 0)).fma(a, s5);
            s5 = ((FloatVector) q5.convertShape(B2F, F, 0)).fma(b, s5);
            ByteVector p6 = ByteVector.fromMemorySegment(Q, w, o6 + k, LITTLE_ENDIAN);
            ByteVector q6 = ByteVector.fromMemorySegment(Q, w, o6 + k + L, LITTLE_ENDIAN);
            s6 = ((FloatVector) p6.convertShape(B2F, F, 0)).fma(a, s6);
            s6 = ((FloatVector) q6.convertShape(B2F, F, 0)).fma(b, s6);
            ByteVector p7 = ByteVector.fromMemorySegment(Q, w, o7 + k, LITTLE_ENDIAN);
            ByteVector q7 = ByteVector.fromMemorySegment(Q, w, o7 + k + L, LITTLE_ENDIAN);
            s7 = ((FloatVector) p7.convertShape(B2F, F, 0)).fma(a, s7);
            s7 = ((FloatVector) q7.convertShape(B2F, F, 0)).fma(b, s7);
        }
        s0.intoArray(lanes, 0);
        s1.intoArray(lanes, L);
        s2.intoArray(lanes, 2 * L);
        s3.intoArray(lanes, 3 * L);
        s4.intoArray(lanes, 4 * L);
        s5.intoArray(lanes, 5 * L);
        s6.intoArray(lanes, 6 * L);
        s7.intoArray(lanes, 7 * L);
    }

    /**
     * 3 rows with 8 rows of activations.
     *
     * @param flip 0, or {@link #FLIP} for biased codes
     */
    static void x3by8(
            MemorySegment w,
            long o0,
            long stride,
            int n,
            MemorySegment x,
            float[] lanes,
            byte flip) {
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
            long a = 32L * (k & -2 * L) + 4L * (k & L);
            ByteVector p0 = ByteVector.fromMemorySegment(Q, w, o0 + k, LITTLE_ENDIAN);
            FloatVector a0 = (FloatVector) p0.lanewise(XOR, flip).convertShape(B2F, F, 0);
            ByteVector p1 = ByteVector.fromMemorySegment(Q, w, o1 + k, LITTLE_ENDIAN);
            FloatVector a1 = (FloatVector) p1.lanewise(XOR, flip).convertShape(B2F, F, 0);
            ByteVector p2 = ByteVector.fromMemorySegment(Q, w, o2 + k, LITTLE_ENDIAN);
            FloatVector a2 = (FloatVector) p2.lanewise(XOR, flip).convertShape(B2F, F, 0);
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
        for (int k = 0; k < n; k += L) {
            FloatVector a = FloatVector.fromMemorySegment(F, x, 4L * k, LITTLE_ENDIAN);
            s0 = signed(w, o0 + k).fma(a, s0);
            s1 = signed(w, o1 + k).fma(a, s1);
            s2 = signed(w, o2 + k).fma(a, s2);
            s3 = signed(w, o3 + k).fma(a, s3);
        }
        s0.intoArray(lanes, 0);
        s1.intoArray(lanes, L);
        s2.intoArray(lanes, 2 * L);
        s3.intoArray(lanes, 3 * L);
    }

    /** 1 row, with lanes at place {@code i}. */
    static void x1(MemorySegment w, long o0, int n, MemorySegment x, float[] lanes, int i) {
        Segments.touch(w, o0);
        Segments.touch(x, 0);
        FloatVector s0 = FloatVector.zero(F);
        for (int k = 0; k < n; k += L) {
            FloatVector a = FloatVector.fromMemorySegment(F, x, 4L * k, LITTLE_ENDIAN);
            s0 = signed(w, o0 + k).fma(a, s0);
        }
        s0.intoArray(lanes, i * L);
    }

    /** 8 rows of biased codes, as {@link #x8}. */
    static void biasedX8(
            MemorySegment w, long o0, long stride, int n, MemorySegment x, float[] lanes) {
        Segments.touch(w, o0);
        Segments.touch(x, 0);
        long o1 = o0 + stride;
        long o2 = o1 + stride;
        long o3 = o2 + stride;
        long o4 = o3 + stride;
        long o5 = o4 + stride;
        long o6 = o5 + stride;
        long o7 = o6 + stride;
        FloatVector s0 = FloatVector.zero(F);
        FloatVector s1 = s0;
        FloatVector s2 = s0;
        FloatVector s3 = s0;
        FloatVector s4 = s0;
        FloatVector s5 = s0;
        FloatVector s6 = s0;
        FloatVector s7 = s0;
        for (int k = 0; k < n; k += 2 * L) {
            FloatVector a = FloatVector.fromMemorySegment(F, x, 4L * k, LITTLE_ENDIAN);
            FloatVector b = FloatVector.fromMemorySegment(F, x, 4L * k + V, LITTLE_ENDIAN);
            ByteVector p0 = ByteVector.fromMemorySegment(Q, w, o0 + k, LITTLE_ENDIAN);
            ByteVector q0 = ByteVector.fromMemorySegment(Q, w, o0 + k + L, LITTLE_ENDIAN);
            s0 = ((FloatVector) p0.lanewise(XOR, FLIP).convertShape(B2F, F, 0)).fma(a, s0);
            s0 = ((FloatVector) q0.lanewise(XOR, FLIP).convertShape(B2F, F, 0)).fma(b, s0);
            ByteVector p1 = ByteVector.fromMemorySegment(Q, w, o1 + k, LITTLE_ENDIAN);
            ByteVector q1 = ByteVector.fromMemorySegment(Q, w, o1 + k + L, LITTLE_ENDIAN);
            s1 = ((FloatVector) p1.lanewise(XOR, FLIP).convertShape(B2F, F, 0)).fma(a, s1);
            s1 = ((FloatVector) q1.lanewise(XOR, FLIP).convertShape(B2F, F, 0)).fma(b, s1);
            ByteVector p2 = ByteVector.fromMemorySegment(Q, w, o2 + k, LITTLE_ENDIAN);
            ByteVector q2 = ByteVector.fromMemorySegment(Q, w, o2 + k + L, LITTLE_ENDIAN);
            s2 = ((FloatVector) p2.lanewise(XOR, FLIP).convertShape(B2F, F, 0)).fma(a, s2);
            s2 = ((FloatVector) q2.lanewise(XOR, FLIP).convertShape(B2F, F, 0)).fma(b, s2);
            ByteVector p3 = ByteVector.fromMemorySegment(Q, w, o3 + k, LITTLE_ENDIAN);
            ByteVector q3 = ByteVector.fromMemorySegment(Q, w, o3 + k + L, LITTLE_ENDIAN);
            s3 = ((FloatVector) p3.lanewise(XOR, FLIP).convertShape(B2F, F, 0)).fma(a, s3);
            s3 = ((FloatVector) q3.lanewise(XOR, FLIP).convertShape(B2F, F, 0)).fma(b, s3);
            ByteVector p4 = ByteVector.fromMemorySegment(Q, w, o4 + k, LITTLE_ENDIAN);
            ByteVector q4 = ByteVector.fromMemorySegment(Q, w, o4 + k + L, LITTLE_ENDIAN);
            s4 = ((FloatVector) p4.lanewise(XOR, FLIP).convertShape(B2F, F, 0)).fma(a, s4);
            s4 = ((FloatVector) q4.lanewise(XOR, FLIP).convertShape(B2F, F, 0)).fma(b, s4);
            ByteVector p5 = ByteVector.fromMemorySegment(Q, w, o5 + k, LITTLE_ENDIAN);
            ByteVector q5 = ByteVector.fromMemorySegment(Q, w, o5 + k + L, LITTLE_ENDIAN);
            s5 = ((FloatVector) p5.lanewise(XOR, FLIP).convertShape(B2F, F, 0)).fma(a, s5);
            s5 = ((FloatVector) q5.lanewise(XOR, FLIP).convertShape(B2F, F, 0)).fma(b, s5);
            ByteVector p6 = ByteVector.fromMemorySegment(Q, w, o6 + k, LITTLE_ENDIAN);
            ByteVector q6 = ByteVector.fromMemorySegment(Q, w, o6 + k + L, LITTLE_ENDIAN);
            s6 = ((FloatVector) p6.lanewise(XOR, FLIP).convertShape(B2F, F, 0)).fma(a, s6);
            s6 = ((FloatVector) q6.lanewise(XOR, FLIP).convertShape(B2F, F, 0)).fma(b, s6);
            ByteVector p7 = ByteVector.fromMemorySegment(Q, w, o7 + k, LITTLE_ENDIAN);
            ByteVector q7 = ByteVector.fromMemorySegment(Q, w, o7 + k + L, LITTLE_ENDIAN);
            s7 = ((FloatVector) p7.lanewise(XOR, FLIP).convertShape(B2F, F, 0)).fma(a, s7);
            s7 = ((FloatVector) q7.lanewise(XOR, FLIP).convertShape(B2F, F, 0)).fma(b, s7);
        }
        s0.intoArray(lanes, 0);
        s1.intoArray(lanes, L);
        s2.intoArray(lanes, 2 * L);
        s3.intoArray(lanes, 3 * L);
        s4.intoArray(lanes, 4 * L);
        s5.intoArray(lanes, 5 * L);
        s6.intoArray(lanes, 6 * L);
        s7.intoArray(lanes, 7 * L);
    }

    /** 4 rows of biased codes. */
    static void biasedX4(
            MemorySegment w, long o0, long stride, int n, MemorySegment x, float[] lanes) {
        Segments.touch(w, o0);
        Segments.touch(x, 0);
        long o1 = o0 + stride;
        long o2 = o1 + stride;
        long o3 = o2 + stride;
        FloatVector s0 = FloatVector.zero(F);
        FloatVector s1 = s0;
        FloatVector s2 = s0;
        FloatVector s3 = s0;
        for (int k = 0; k < n; k += L) {
            FloatVector a = FloatVector.fromMemorySegment(F, x, 4L * k, LITTLE_ENDIAN);
            s0 = biased(w, o0 + k).fma(a, s0);
            s1 = biased(w, o1 + k).fma(a, s1);
            s2 = biased(w, o2 + k).fma(a, s2);
            s3 = biased(w, o3 + k).fma(a, s3);
        }
        s0.intoArray(lanes, 0);
        s1.intoArray(lanes, L);
        s2.intoArray(lanes, 2 * L);
        s3.intoArray(lanes, 3 * L);
    }

    /** 1 row of biased codes, with lanes at place {@code i}. */
    static void biasedX1(MemorySegment w, long o0, int n, MemorySegment x, float[] lanes, int i) {
        Segments.touch(w, o0);
        Segments.touch(x, 0);
        FloatVector s0 = FloatVector.zero(F);
        for (int k = 0; k < n; k += L) {
            FloatVector a = FloatVector.fromMemorySegment(F, x, 4L * k, LITTLE_ENDIAN);
            s0 = biased(w, o0 + k).fma(a, s0);
        }
        s0.intoArray(lanes, i * L);
    }

    /** Codes of one row as FP32, unscaled and in their order. */
    static void decode(MemorySegment w, long o0, int n, MemorySegment out, long at) {
        Segments.touch(w, o0);
        for (int k = 0; k < n; k += L) {
            signed(w, o0 + k).intoMemorySegment(out, at + 4L * k, LITTLE_ENDIAN);
        }
    }

    /** Biased codes of one row as FP32, unscaled and in their order. */
    static void decodeBiased(MemorySegment w, long o0, int n, MemorySegment out, long at) {
        Segments.touch(w, o0);
        for (int k = 0; k < n; k += L) {
            biased(w, o0 + k).intoMemorySegment(out, at + 4L * k, LITTLE_ENDIAN);
        }
    }

    private static FloatVector signed(MemorySegment w, long at) {
        ByteVector codes = ByteVector.fromMemorySegment(Q, w, at, LITTLE_ENDIAN);
        return (FloatVector) codes.convertShape(B2F, F, 0);
    }

    private static FloatVector biased(MemorySegment w, long at) {
        ByteVector codes =
                ByteVector.fromMemorySegment(Q, w, at, LITTLE_ENDIAN).lanewise(XOR, FLIP);
        return (FloatVector) codes.convertShape(B2F, F, 0);
    }
}
