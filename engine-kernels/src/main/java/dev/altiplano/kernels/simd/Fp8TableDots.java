package dev.altiplano.kernels.simd;

import static jdk.incubator.vector.VectorOperators.BITWISE_BLEND;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LSHR;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import dev.altiplano.kernels.internal.Weights;

import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorSpecies;

import java.lang.foreign.MemorySegment;

/**
 * Dot products of FP8-E4M3 rows with activations in the order of {@link Arrangement}, for vectors
 * of 512 bit: two tables of 128 bytes turn the magnitude of a code into the two bytes of its BF16
 * value, exactly, subnormal codes and NaN included. Otherwise as {@link Bf16Dots}.
 */
final class Fp8TableDots {
    private static final VectorSpecies<Float> F = FloatVector.SPECIES_PREFERRED;
    private static final VectorSpecies<Byte> B = F.withLanes(byte.class);

    /** Upper and lower byte of the value of each magnitude. */
    static final byte[] HIGH = new byte[128];

    static final byte[] LOW = new byte[128];

    static {
        for (int code = 0; code < 128; code++) {
            int bits = Float.floatToRawIntBits(Weights.e4m3((byte) code));
            HIGH[code] = (byte) (bits >> 24);
            LOW[code] = (byte) (bits >> 16);
        }
    }

    static final int SIGNS = 0x80808080;
    static final int UPPER = 0xFF00FF00;
    static final int LOWER = 0x00FF00FF;

    /** The upper half of a lane. */
    static final int TOP = 0xFFFF0000;

    private static final int L = F.length();
    private static final long V = F.vectorByteSize();

    private Fp8TableDots() {}

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
        ByteVector high0 = ByteVector.fromArray(B, HIGH, 0);
        ByteVector high1 = ByteVector.fromArray(B, HIGH, B.length());
        ByteVector low0 = ByteVector.fromArray(B, LOW, 0);
        ByteVector low1 = ByteVector.fromArray(B, LOW, B.length());
        for (int k = 0; k < n; k += 4 * L) {
            long a = 4L * k;
            FloatVector x0 = FloatVector.fromMemorySegment(F, x, a, LITTLE_ENDIAN);
            FloatVector x1 = FloatVector.fromMemorySegment(F, x, a + V, LITTLE_ENDIAN);
            FloatVector x2 = FloatVector.fromMemorySegment(F, x, a + 2 * V, LITTLE_ENDIAN);
            FloatVector x3 = FloatVector.fromMemorySegment(F, x, a + 3 * V, LITTLE_ENDIAN);
            ByteVector c0 = ByteVector.fromMemorySegment(B, w, o0 + k, LITTLE_ENDIAN);
            IntVector h0 =
                    c0.selectFrom(high0, high1)
                            .reinterpretAsInts()
                            .or(c0.reinterpretAsInts().and(SIGNS));
            IntVector l0 = c0.selectFrom(low0, low1).reinterpretAsInts();
            IntVector p0 = h0.lanewise(BITWISE_BLEND, l0.lanewise(LSHR, 8), LOWER);
            IntVector q0 = l0.lanewise(BITWISE_BLEND, h0.lanewise(LSHL, 8), UPPER);
            s0 = q0.lanewise(LSHL, 16).reinterpretAsFloats().fma(x0, s0);
            s0 = p0.lanewise(LSHL, 16).reinterpretAsFloats().fma(x1, s0);
            s0 = q0.and(TOP).reinterpretAsFloats().fma(x2, s0);
            s0 = p0.and(TOP).reinterpretAsFloats().fma(x3, s0);
            ByteVector c1 = ByteVector.fromMemorySegment(B, w, o1 + k, LITTLE_ENDIAN);
            IntVector h1 =
                    c1.selectFrom(high0, high1)
                            .reinterpretAsInts()
                            .or(c1.reinterpretAsInts().and(SIGNS));
            IntVector l1 = c1.selectFrom(low0, low1).reinterpretAsInts();
            IntVector p1 = h1.lanewise(BITWISE_BLEND, l1.lanewise(LSHR, 8), LOWER);
            IntVector q1 = l1.lanewise(BITWISE_BLEND, h1.lanewise(LSHL, 8), UPPER);
            s1 = q1.lanewise(LSHL, 16).reinterpretAsFloats().fma(x0, s1);
            s1 = p1.lanewise(LSHL, 16).reinterpretAsFloats().fma(x1, s1);
            s1 = q1.and(TOP).reinterpretAsFloats().fma(x2, s1);
            s1 = p1.and(TOP).reinterpretAsFloats().fma(x3, s1);
            ByteVector c2 = ByteVector.fromMemorySegment(B, w, o2 + k, LITTLE_ENDIAN);
            IntVector h2 =
                    c2.selectFrom(high0, high1)
                            .reinterpretAsInts()
                            .or(c2.reinterpretAsInts().and(SIGNS));
            IntVector l2 = c2.selectFrom(low0, low1).reinterpretAsInts();
            IntVector p2 = h2.lanewise(BITWISE_BLEND, l2.lanewise(LSHR, 8), LOWER);
            IntVector q2 = l2.lanewise(BITWISE_BLEND, h2.lanewise(LSHL, 8), UPPER);
            s2 = q2.lanewise(LSHL, 16).reinterpretAsFloats().fma(x0, s2);
            s2 = p2.lanewise(LSHL, 16).reinterpretAsFloats().fma(x1, s2);
            s2 = q2.and(TOP).reinterpretAsFloats().fma(x2, s2);
            s2 = p2.and(TOP).reinterpretAsFloats().fma(x3, s2);
            ByteVector c3 = ByteVector.fromMemorySegment(B, w, o3 + k, LITTLE_ENDIAN);
            IntVector h3 =
                    c3.selectFrom(high0, high1)
                            .reinterpretAsInts()
                            .or(c3.reinterpretAsInts().and(SIGNS));
            IntVector l3 = c3.selectFrom(low0, low1).reinterpretAsInts();
            IntVector p3 = h3.lanewise(BITWISE_BLEND, l3.lanewise(LSHR, 8), LOWER);
            IntVector q3 = l3.lanewise(BITWISE_BLEND, h3.lanewise(LSHL, 8), UPPER);
            s3 = q3.lanewise(LSHL, 16).reinterpretAsFloats().fma(x0, s3);
            s3 = p3.lanewise(LSHL, 16).reinterpretAsFloats().fma(x1, s3);
            s3 = q3.and(TOP).reinterpretAsFloats().fma(x2, s3);
            s3 = p3.and(TOP).reinterpretAsFloats().fma(x3, s3);
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
        ByteVector high0 = ByteVector.fromArray(B, HIGH, 0);
        ByteVector high1 = ByteVector.fromArray(B, HIGH, B.length());
        ByteVector low0 = ByteVector.fromArray(B, LOW, 0);
        ByteVector low1 = ByteVector.fromArray(B, LOW, B.length());
        for (int k = 0; k < n; k += 4 * L) {
            long a = 4L * k;
            FloatVector x0 = FloatVector.fromMemorySegment(F, x, a, LITTLE_ENDIAN);
            FloatVector x1 = FloatVector.fromMemorySegment(F, x, a + V, LITTLE_ENDIAN);
            FloatVector x2 = FloatVector.fromMemorySegment(F, x, a + 2 * V, LITTLE_ENDIAN);
            FloatVector x3 = FloatVector.fromMemorySegment(F, x, a + 3 * V, LITTLE_ENDIAN);
            ByteVector c0 = ByteVector.fromMemorySegment(B, w, o0 + k, LITTLE_ENDIAN);
            IntVector h0 =
                    c0.selectFrom(high0, high1)
                            .reinterpretAsInts()
                            .or(c0.reinterpretAsInts().and(SIGNS));
            IntVector l0 = c0.selectFrom(low0, low1).reinterpretAsInts();
            IntVector p0 = h0.lanewise(BITWISE_BLEND, l0.lanewise(LSHR, 8), LOWER);
            IntVector q0 = l0.lanewise(BITWISE_BLEND, h0.lanewise(LSHL, 8), UPPER);
            s0 = q0.lanewise(LSHL, 16).reinterpretAsFloats().fma(x0, s0);
            s0 = p0.lanewise(LSHL, 16).reinterpretAsFloats().fma(x1, s0);
            s0 = q0.and(TOP).reinterpretAsFloats().fma(x2, s0);
            s0 = p0.and(TOP).reinterpretAsFloats().fma(x3, s0);
        }
        s0.intoArray(lanes, 0);
    }

    /** Codes of one row as FP32, in the order of {@link Arrangement}. */
    static void decode(MemorySegment w, long o0, int n, MemorySegment out, long at) {
        Segments.touch(w, o0);
        ByteVector high0 = ByteVector.fromArray(B, HIGH, 0);
        ByteVector high1 = ByteVector.fromArray(B, HIGH, B.length());
        ByteVector low0 = ByteVector.fromArray(B, LOW, 0);
        ByteVector low1 = ByteVector.fromArray(B, LOW, B.length());
        for (int k = 0; k < n; k += 4 * L) {
            ByteVector c = ByteVector.fromMemorySegment(B, w, o0 + k, LITTLE_ENDIAN);
            IntVector h =
                    c.selectFrom(high0, high1)
                            .reinterpretAsInts()
                            .or(c.reinterpretAsInts().and(SIGNS));
            IntVector l = c.selectFrom(low0, low1).reinterpretAsInts();
            IntVector p = h.lanewise(BITWISE_BLEND, l.lanewise(LSHR, 8), LOWER);
            IntVector q = l.lanewise(BITWISE_BLEND, h.lanewise(LSHL, 8), UPPER);
            q.lanewise(LSHL, 16).intoMemorySegment(out, at + 4L * k, LITTLE_ENDIAN);
            p.lanewise(LSHL, 16).intoMemorySegment(out, at + 4L * k + V, LITTLE_ENDIAN);
            q.and(TOP).intoMemorySegment(out, at + 4L * k + 2 * V, LITTLE_ENDIAN);
            p.and(TOP).intoMemorySegment(out, at + 4L * k + 3 * V, LITTLE_ENDIAN);
        }
    }
}
