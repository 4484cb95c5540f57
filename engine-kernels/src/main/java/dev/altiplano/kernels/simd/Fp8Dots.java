package dev.altiplano.kernels.simd;

import static jdk.incubator.vector.VectorOperators.ASHR;
import static jdk.incubator.vector.VectorOperators.LSHL;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorSpecies;

import java.lang.foreign.MemorySegment;

/**
 * Dot products of FP8-E4M3 rows with activations in the order of {@link Arrangement}: four codes to
 * a lane; otherwise as {@link Bf16Dots}.
 *
 * <p>Sign, exponent and mantissa of a code, moved to where FP32 has them, are its value times
 * 2^-120. For the eight smallest codes that is subnormal, and multiplying those takes a hundred
 * cycles on some processors, adding does not: a constant is added, which makes a fixed-point number
 * with all bits of the code, and taken away again by the multiplication that scales.
 */
final class Fp8Dots {
    private static final VectorSpecies<Float> F = FloatVector.SPECIES_PREFERRED;
    private static final VectorSpecies<Integer> I = F.withLanes(int.class);

    /** Where sign, exponent and mantissa go. */
    static final int E4M3 = 0x87F00000;

    /** Its last bit is worth 2^-129, the smallest code after the move. */
    static final float FIXED = 0x1.8p-106f;

    static final FloatVector SCALE = FloatVector.broadcast(F, 0x1p120f);
    static final FloatVector MINUS_FIXED = FloatVector.broadcast(F, -0x1.8p14f);

    private static final int L = F.length();
    private static final long V = F.vectorByteSize();

    private Fp8Dots() {}

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
                            .and(E4M3)
                            .reinterpretAsFloats()
                            .add(FIXED)
                            .fma(SCALE, MINUS_FIXED)
                            .fma(x0, s0);
            s0 =
                    w0.lanewise(LSHL, 16)
                            .lanewise(ASHR, 4)
                            .and(E4M3)
                            .reinterpretAsFloats()
                            .add(FIXED)
                            .fma(SCALE, MINUS_FIXED)
                            .fma(x1, s0);
            s0 =
                    w0.lanewise(LSHL, 8)
                            .lanewise(ASHR, 4)
                            .and(E4M3)
                            .reinterpretAsFloats()
                            .add(FIXED)
                            .fma(SCALE, MINUS_FIXED)
                            .fma(x2, s0);
            s0 =
                    w0.lanewise(ASHR, 4)
                            .and(E4M3)
                            .reinterpretAsFloats()
                            .add(FIXED)
                            .fma(SCALE, MINUS_FIXED)
                            .fma(x3, s0);
            IntVector w1 = IntVector.fromMemorySegment(I, w, o1 + k, LITTLE_ENDIAN);
            s1 =
                    w1.lanewise(LSHL, 24)
                            .lanewise(ASHR, 4)
                            .and(E4M3)
                            .reinterpretAsFloats()
                            .add(FIXED)
                            .fma(SCALE, MINUS_FIXED)
                            .fma(x0, s1);
            s1 =
                    w1.lanewise(LSHL, 16)
                            .lanewise(ASHR, 4)
                            .and(E4M3)
                            .reinterpretAsFloats()
                            .add(FIXED)
                            .fma(SCALE, MINUS_FIXED)
                            .fma(x1, s1);
            s1 =
                    w1.lanewise(LSHL, 8)
                            .lanewise(ASHR, 4)
                            .and(E4M3)
                            .reinterpretAsFloats()
                            .add(FIXED)
                            .fma(SCALE, MINUS_FIXED)
                            .fma(x2, s1);
            s1 =
                    w1.lanewise(ASHR, 4)
                            .and(E4M3)
                            .reinterpretAsFloats()
                            .add(FIXED)
                            .fma(SCALE, MINUS_FIXED)
                            .fma(x3, s1);
            IntVector w2 = IntVector.fromMemorySegment(I, w, o2 + k, LITTLE_ENDIAN);
            s2 =
                    w2.lanewise(LSHL, 24)
                            .lanewise(ASHR, 4)
                            .and(E4M3)
                            .reinterpretAsFloats()
                            .add(FIXED)
                            .fma(SCALE, MINUS_FIXED)
                            .fma(x0, s2);
            s2 =
                    w2.lanewise(LSHL, 16)
                            .lanewise(ASHR, 4)
                            .and(E4M3)
                            .reinterpretAsFloats()
                            .add(FIXED)
                            .fma(SCALE, MINUS_FIXED)
                            .fma(x1, s2);
            s2 =
                    w2.lanewise(LSHL, 8)
                            .lanewise(ASHR, 4)
                            .and(E4M3)
                            .reinterpretAsFloats()
                            .add(FIXED)
                            .fma(SCALE, MINUS_FIXED)
                            .fma(x2, s2);
            s2 =
                    w2.lanewise(ASHR, 4)
                            .and(E4M3)
                            .reinterpretAsFloats()
                            .add(FIXED)
                            .fma(SCALE, MINUS_FIXED)
                            .fma(x3, s2);
            IntVector w3 = IntVector.fromMemorySegment(I, w, o3 + k, LITTLE_ENDIAN);
            s3 =
                    w3.lanewise(LSHL, 24)
                            .lanewise(ASHR, 4)
                            .and(E4M3)
                            .reinterpretAsFloats()
                            .add(FIXED)
                            .fma(SCALE, MINUS_FIXED)
                            .fma(x0, s3);
            s3 =
                    w3.lanewise(LSHL, 16)
                            .lanewise(ASHR, 4)
                            .and(E4M3)
                            .reinterpretAsFloats()
                            .add(FIXED)
                            .fma(SCALE, MINUS_FIXED)
                            .fma(x1, s3);
            s3 =
                    w3.lanewise(LSHL, 8)
                            .lanewise(ASHR, 4)
                            .and(E4M3)
                            .reinterpretAsFloats()
                            .add(FIXED)
                            .fma(SCALE, MINUS_FIXED)
                            .fma(x2, s3);
            s3 =
                    w3.lanewise(ASHR, 4)
                            .and(E4M3)
                            .reinterpretAsFloats()
                            .add(FIXED)
                            .fma(SCALE, MINUS_FIXED)
                            .fma(x3, s3);
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
                            .and(E4M3)
                            .reinterpretAsFloats()
                            .add(FIXED)
                            .fma(SCALE, MINUS_FIXED)
                            .fma(x0, s0);
            s0 =
                    w0.lanewise(LSHL, 16)
                            .lanewise(ASHR, 4)
                            .and(E4M3)
                            .reinterpretAsFloats()
                            .add(FIXED)
                            .fma(SCALE, MINUS_FIXED)
                            .fma(x1, s0);
            s0 =
                    w0.lanewise(LSHL, 8)
                            .lanewise(ASHR, 4)
                            .and(E4M3)
                            .reinterpretAsFloats()
                            .add(FIXED)
                            .fma(SCALE, MINUS_FIXED)
                            .fma(x2, s0);
            s0 =
                    w0.lanewise(ASHR, 4)
                            .and(E4M3)
                            .reinterpretAsFloats()
                            .add(FIXED)
                            .fma(SCALE, MINUS_FIXED)
                            .fma(x3, s0);
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
                    .and(E4M3)
                    .reinterpretAsFloats()
                    .add(FIXED)
                    .fma(SCALE, MINUS_FIXED)
                    .intoMemorySegment(out, at + 4L * k, LITTLE_ENDIAN);
            v.lanewise(LSHL, 16)
                    .lanewise(ASHR, 4)
                    .and(E4M3)
                    .reinterpretAsFloats()
                    .add(FIXED)
                    .fma(SCALE, MINUS_FIXED)
                    .intoMemorySegment(out, at + 4L * k + V, LITTLE_ENDIAN);
            v.lanewise(LSHL, 8)
                    .lanewise(ASHR, 4)
                    .and(E4M3)
                    .reinterpretAsFloats()
                    .add(FIXED)
                    .fma(SCALE, MINUS_FIXED)
                    .intoMemorySegment(out, at + 4L * k + 2 * V, LITTLE_ENDIAN);
            v.lanewise(ASHR, 4)
                    .and(E4M3)
                    .reinterpretAsFloats()
                    .add(FIXED)
                    .fma(SCALE, MINUS_FIXED)
                    .intoMemorySegment(out, at + 4L * k + 3 * V, LITTLE_ENDIAN);
        }
    }
}
