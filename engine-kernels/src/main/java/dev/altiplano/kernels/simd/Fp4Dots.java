package dev.altiplano.kernels.simd;

import static jdk.incubator.vector.VectorOperators.ASHR;
import static jdk.incubator.vector.VectorOperators.LSHL;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import dev.altiplano.kernels.internal.GroupScales;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorSpecies;

import java.lang.foreign.MemorySegment;

/**
 * Dot products of rows of E2M1 codes with activations in the order of {@link Eighths}; otherwise as
 * {@link Int4Dots}.
 *
 * <p>Sign, exponent and mantissa of a code, moved to where FP32 has them, are its value times
 * 2^-126. That is a subnormal number for the smallest code, and multiplying those takes a hundred
 * cycles on some processors, adding does not: 8 is added to every code, and the sum of a block
 * starts at minus 8 times its activations.
 */
final class Fp4Dots {
    private static final VectorSpecies<Float> F = FloatVector.SPECIES_PREFERRED;
    private static final VectorSpecies<Integer> I = F.withLanes(int.class);

    /** Where sign, exponent and mantissa go. */
    private static final int E2M1 = 0x81C00000;

    /** 8 in the unit of the codes that were moved. */
    private static final float EIGHT = 0x1p-123f;

    /** Undoes the move of the exponent. */
    private static final FloatVector UNIT = FloatVector.broadcast(F, 0x1p126f);

    /** Undoes the addition of {@link #EIGHT} after it. */
    private static final FloatVector MINUS_EIGHT = FloatVector.broadcast(F, -8);

    private static final int L = F.length();
    private static final long V = F.vectorByteSize();

    private Fp4Dots() {}

    /** 1 row, with scales and lanes at place {@code i}. */
    static void x1(
            MemorySegment w, long o0, int n, MemorySegment x, GroupScales s, float[] lanes, int i) {
        Segments.touch(w, o0);
        Segments.touch(x, 0);
        float[] scales = s.values;
        int per = s.perBlock;
        IntVector spread = IntVector.fromArray(I, s.spread, 0);
        FloatVector t0 = FloatVector.zero(F);
        long a = 0;
        int g = i * s.perRow;
        for (int k = 0; k < n; k += 8 * L) {
            long b = k / 2;
            IntVector w0 = IntVector.fromMemorySegment(I, w, o0 + b, LITTLE_ENDIAN);
            FloatVector p0 = FloatVector.fromMemorySegment(F, x, a + 8 * V, LITTLE_ENDIAN);
            FloatVector x0 = FloatVector.fromMemorySegment(F, x, a, LITTLE_ENDIAN);
            p0 =
                    w0.lanewise(LSHL, 28)
                            .lanewise(ASHR, 6)
                            .and(E2M1)
                            .reinterpretAsFloats()
                            .add(EIGHT)
                            .fma(x0, p0);
            FloatVector x1 = FloatVector.fromMemorySegment(F, x, a + V, LITTLE_ENDIAN);
            p0 =
                    w0.lanewise(LSHL, 24)
                            .lanewise(ASHR, 6)
                            .and(E2M1)
                            .reinterpretAsFloats()
                            .add(EIGHT)
                            .fma(x1, p0);
            FloatVector x2 = FloatVector.fromMemorySegment(F, x, a + 2 * V, LITTLE_ENDIAN);
            p0 =
                    w0.lanewise(LSHL, 20)
                            .lanewise(ASHR, 6)
                            .and(E2M1)
                            .reinterpretAsFloats()
                            .add(EIGHT)
                            .fma(x2, p0);
            FloatVector x3 = FloatVector.fromMemorySegment(F, x, a + 3 * V, LITTLE_ENDIAN);
            p0 =
                    w0.lanewise(LSHL, 16)
                            .lanewise(ASHR, 6)
                            .and(E2M1)
                            .reinterpretAsFloats()
                            .add(EIGHT)
                            .fma(x3, p0);
            FloatVector x4 = FloatVector.fromMemorySegment(F, x, a + 4 * V, LITTLE_ENDIAN);
            p0 =
                    w0.lanewise(LSHL, 12)
                            .lanewise(ASHR, 6)
                            .and(E2M1)
                            .reinterpretAsFloats()
                            .add(EIGHT)
                            .fma(x4, p0);
            FloatVector x5 = FloatVector.fromMemorySegment(F, x, a + 5 * V, LITTLE_ENDIAN);
            p0 =
                    w0.lanewise(LSHL, 8)
                            .lanewise(ASHR, 6)
                            .and(E2M1)
                            .reinterpretAsFloats()
                            .add(EIGHT)
                            .fma(x5, p0);
            FloatVector x6 = FloatVector.fromMemorySegment(F, x, a + 6 * V, LITTLE_ENDIAN);
            p0 =
                    w0.lanewise(LSHL, 4)
                            .lanewise(ASHR, 6)
                            .and(E2M1)
                            .reinterpretAsFloats()
                            .add(EIGHT)
                            .fma(x6, p0);
            FloatVector x7 = FloatVector.fromMemorySegment(F, x, a + 7 * V, LITTLE_ENDIAN);
            p0 = w0.lanewise(ASHR, 6).and(E2M1).reinterpretAsFloats().add(EIGHT).fma(x7, p0);
            t0 =
                    spread.selectFrom(FloatVector.fromArray(F, scales, g).reinterpretAsInts())
                            .reinterpretAsFloats()
                            .fma(p0, t0);
            a += 9 * V;
            g += per;
        }
        t0.intoArray(lanes, i * L);
    }

    /** Codes of one row, as they meet the activations. */
    static void decode(MemorySegment w, long o0, int n, MemorySegment out, long at) {
        Segments.touch(w, o0);
        for (int k = 0; k < n; k += 8 * L) {
            IntVector v = IntVector.fromMemorySegment(I, w, o0 + k / 2, LITTLE_ENDIAN);
            long to = at + 4L * k;
            v.lanewise(LSHL, 28)
                    .lanewise(ASHR, 6)
                    .and(E2M1)
                    .reinterpretAsFloats()
                    .add(EIGHT)
                    .intoMemorySegment(out, to, LITTLE_ENDIAN);
            v.lanewise(LSHL, 24)
                    .lanewise(ASHR, 6)
                    .and(E2M1)
                    .reinterpretAsFloats()
                    .add(EIGHT)
                    .intoMemorySegment(out, to + V, LITTLE_ENDIAN);
            v.lanewise(LSHL, 20)
                    .lanewise(ASHR, 6)
                    .and(E2M1)
                    .reinterpretAsFloats()
                    .add(EIGHT)
                    .intoMemorySegment(out, to + 2 * V, LITTLE_ENDIAN);
            v.lanewise(LSHL, 16)
                    .lanewise(ASHR, 6)
                    .and(E2M1)
                    .reinterpretAsFloats()
                    .add(EIGHT)
                    .intoMemorySegment(out, to + 3 * V, LITTLE_ENDIAN);
            v.lanewise(LSHL, 12)
                    .lanewise(ASHR, 6)
                    .and(E2M1)
                    .reinterpretAsFloats()
                    .add(EIGHT)
                    .intoMemorySegment(out, to + 4 * V, LITTLE_ENDIAN);
            v.lanewise(LSHL, 8)
                    .lanewise(ASHR, 6)
                    .and(E2M1)
                    .reinterpretAsFloats()
                    .add(EIGHT)
                    .intoMemorySegment(out, to + 5 * V, LITTLE_ENDIAN);
            v.lanewise(LSHL, 4)
                    .lanewise(ASHR, 6)
                    .and(E2M1)
                    .reinterpretAsFloats()
                    .add(EIGHT)
                    .intoMemorySegment(out, to + 6 * V, LITTLE_ENDIAN);
            v.lanewise(ASHR, 6)
                    .and(E2M1)
                    .reinterpretAsFloats()
                    .add(EIGHT)
                    .intoMemorySegment(out, to + 7 * V, LITTLE_ENDIAN);
        }
    }

    /** The values of the uppermost codes of lanes. */
    static FloatVector value(IntVector top) {
        return top.lanewise(ASHR, 6)
                .and(E2M1)
                .reinterpretAsFloats()
                .add(EIGHT)
                .fma(UNIT, MINUS_EIGHT);
    }
}
