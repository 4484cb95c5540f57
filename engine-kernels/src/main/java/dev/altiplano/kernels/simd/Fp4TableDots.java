package dev.altiplano.kernels.simd;

import static jdk.incubator.vector.VectorOperators.LSHR;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import dev.altiplano.kernels.internal.GroupScales;
import dev.altiplano.kernels.internal.Weights;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorSpecies;

import java.lang.foreign.MemorySegment;

/**
 * Dot products of rows of E2M1 codes with activations in the order of {@link Eighths}, for vectors
 * of 512 bit, in whose lanes the values of all 16 codes have room: a code is looked up. Otherwise
 * as {@link Int4Dots}.
 */
final class Fp4TableDots {
    private static final VectorSpecies<Float> F = FloatVector.SPECIES_PREFERRED;
    private static final VectorSpecies<Integer> I = F.withLanes(int.class);

    /** The value of each code, as the bits of its FP32. */
    static final int[] VALUES = new int[16];

    static {
        for (int code = 0; code < 16; code++) {
            VALUES[code] = Float.floatToRawIntBits(Weights.e2m1(code));
        }
    }

    private static final int L = F.length();
    private static final long V = F.vectorByteSize();

    private Fp4TableDots() {}

    /** 2 rows. */
    static void x2(
            MemorySegment w,
            long o0,
            long stride,
            int n,
            MemorySegment x,
            GroupScales s,
            float[] lanes) {
        Segments.touch(w, o0);
        Segments.touch(x, 0);
        long o1 = o0 + stride;
        float[] scales = s.values;
        int per = s.perBlock;
        int row = s.perRow;
        IntVector spread = IntVector.fromArray(I, s.spread, 0);
        IntVector values = IntVector.fromArray(I, VALUES, 0);
        FloatVector t0 = FloatVector.zero(F);
        FloatVector t1 = t0;
        long a = 0;
        int g = 0;
        for (int k = 0; k < n; k += 8 * L) {
            long b = k / 2;
            IntVector w0 = IntVector.fromMemorySegment(I, w, o0 + b, LITTLE_ENDIAN);
            IntVector w1 = IntVector.fromMemorySegment(I, w, o1 + b, LITTLE_ENDIAN);
            FloatVector p0 = FloatVector.fromMemorySegment(F, x, a + 8 * V, LITTLE_ENDIAN);
            FloatVector p1 = p0;
            FloatVector x0 = FloatVector.fromMemorySegment(F, x, a, LITTLE_ENDIAN);
            p0 = w0.selectFrom(values).reinterpretAsFloats().fma(x0, p0);
            p1 = w1.selectFrom(values).reinterpretAsFloats().fma(x0, p1);
            FloatVector x1 = FloatVector.fromMemorySegment(F, x, a + V, LITTLE_ENDIAN);
            p0 = w0.lanewise(LSHR, 4).selectFrom(values).reinterpretAsFloats().fma(x1, p0);
            p1 = w1.lanewise(LSHR, 4).selectFrom(values).reinterpretAsFloats().fma(x1, p1);
            FloatVector x2 = FloatVector.fromMemorySegment(F, x, a + 2 * V, LITTLE_ENDIAN);
            p0 = w0.lanewise(LSHR, 8).selectFrom(values).reinterpretAsFloats().fma(x2, p0);
            p1 = w1.lanewise(LSHR, 8).selectFrom(values).reinterpretAsFloats().fma(x2, p1);
            FloatVector x3 = FloatVector.fromMemorySegment(F, x, a + 3 * V, LITTLE_ENDIAN);
            p0 = w0.lanewise(LSHR, 12).selectFrom(values).reinterpretAsFloats().fma(x3, p0);
            p1 = w1.lanewise(LSHR, 12).selectFrom(values).reinterpretAsFloats().fma(x3, p1);
            FloatVector x4 = FloatVector.fromMemorySegment(F, x, a + 4 * V, LITTLE_ENDIAN);
            p0 = w0.lanewise(LSHR, 16).selectFrom(values).reinterpretAsFloats().fma(x4, p0);
            p1 = w1.lanewise(LSHR, 16).selectFrom(values).reinterpretAsFloats().fma(x4, p1);
            FloatVector x5 = FloatVector.fromMemorySegment(F, x, a + 5 * V, LITTLE_ENDIAN);
            p0 = w0.lanewise(LSHR, 20).selectFrom(values).reinterpretAsFloats().fma(x5, p0);
            p1 = w1.lanewise(LSHR, 20).selectFrom(values).reinterpretAsFloats().fma(x5, p1);
            FloatVector x6 = FloatVector.fromMemorySegment(F, x, a + 6 * V, LITTLE_ENDIAN);
            p0 = w0.lanewise(LSHR, 24).selectFrom(values).reinterpretAsFloats().fma(x6, p0);
            p1 = w1.lanewise(LSHR, 24).selectFrom(values).reinterpretAsFloats().fma(x6, p1);
            FloatVector x7 = FloatVector.fromMemorySegment(F, x, a + 7 * V, LITTLE_ENDIAN);
            p0 = w0.lanewise(LSHR, 28).selectFrom(values).reinterpretAsFloats().fma(x7, p0);
            p1 = w1.lanewise(LSHR, 28).selectFrom(values).reinterpretAsFloats().fma(x7, p1);
            t0 =
                    spread.selectFrom(FloatVector.fromArray(F, scales, g).reinterpretAsInts())
                            .reinterpretAsFloats()
                            .fma(p0, t0);
            t1 =
                    spread.selectFrom(FloatVector.fromArray(F, scales, row + g).reinterpretAsInts())
                            .reinterpretAsFloats()
                            .fma(p1, t1);
            a += 9 * V;
            g += per;
        }
        t0.intoArray(lanes, 0);
        t1.intoArray(lanes, L);
    }

    /** 1 row, with scales and lanes at place {@code i}. */
    static void x1(
            MemorySegment w, long o0, int n, MemorySegment x, GroupScales s, float[] lanes, int i) {
        Segments.touch(w, o0);
        Segments.touch(x, 0);
        float[] scales = s.values;
        int per = s.perBlock;
        IntVector spread = IntVector.fromArray(I, s.spread, 0);
        IntVector values = IntVector.fromArray(I, VALUES, 0);
        FloatVector t0 = FloatVector.zero(F);
        long a = 0;
        int g = i * s.perRow;
        for (int k = 0; k < n; k += 8 * L) {
            long b = k / 2;
            IntVector w0 = IntVector.fromMemorySegment(I, w, o0 + b, LITTLE_ENDIAN);
            FloatVector p0 = FloatVector.fromMemorySegment(F, x, a + 8 * V, LITTLE_ENDIAN);
            FloatVector x0 = FloatVector.fromMemorySegment(F, x, a, LITTLE_ENDIAN);
            p0 = w0.selectFrom(values).reinterpretAsFloats().fma(x0, p0);
            FloatVector x1 = FloatVector.fromMemorySegment(F, x, a + V, LITTLE_ENDIAN);
            p0 = w0.lanewise(LSHR, 4).selectFrom(values).reinterpretAsFloats().fma(x1, p0);
            FloatVector x2 = FloatVector.fromMemorySegment(F, x, a + 2 * V, LITTLE_ENDIAN);
            p0 = w0.lanewise(LSHR, 8).selectFrom(values).reinterpretAsFloats().fma(x2, p0);
            FloatVector x3 = FloatVector.fromMemorySegment(F, x, a + 3 * V, LITTLE_ENDIAN);
            p0 = w0.lanewise(LSHR, 12).selectFrom(values).reinterpretAsFloats().fma(x3, p0);
            FloatVector x4 = FloatVector.fromMemorySegment(F, x, a + 4 * V, LITTLE_ENDIAN);
            p0 = w0.lanewise(LSHR, 16).selectFrom(values).reinterpretAsFloats().fma(x4, p0);
            FloatVector x5 = FloatVector.fromMemorySegment(F, x, a + 5 * V, LITTLE_ENDIAN);
            p0 = w0.lanewise(LSHR, 20).selectFrom(values).reinterpretAsFloats().fma(x5, p0);
            FloatVector x6 = FloatVector.fromMemorySegment(F, x, a + 6 * V, LITTLE_ENDIAN);
            p0 = w0.lanewise(LSHR, 24).selectFrom(values).reinterpretAsFloats().fma(x6, p0);
            FloatVector x7 = FloatVector.fromMemorySegment(F, x, a + 7 * V, LITTLE_ENDIAN);
            p0 = w0.lanewise(LSHR, 28).selectFrom(values).reinterpretAsFloats().fma(x7, p0);
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
        IntVector values = IntVector.fromArray(I, VALUES, 0);
        for (int k = 0; k < n; k += 8 * L) {
            IntVector w0 = IntVector.fromMemorySegment(I, w, o0 + k / 2, LITTLE_ENDIAN);
            long to = at + 4L * k;
            w0.selectFrom(values).reinterpretAsFloats().intoMemorySegment(out, to, LITTLE_ENDIAN);
            w0.lanewise(LSHR, 4)
                    .selectFrom(values)
                    .reinterpretAsFloats()
                    .intoMemorySegment(out, to + V, LITTLE_ENDIAN);
            w0.lanewise(LSHR, 8)
                    .selectFrom(values)
                    .reinterpretAsFloats()
                    .intoMemorySegment(out, to + 2 * V, LITTLE_ENDIAN);
            w0.lanewise(LSHR, 12)
                    .selectFrom(values)
                    .reinterpretAsFloats()
                    .intoMemorySegment(out, to + 3 * V, LITTLE_ENDIAN);
            w0.lanewise(LSHR, 16)
                    .selectFrom(values)
                    .reinterpretAsFloats()
                    .intoMemorySegment(out, to + 4 * V, LITTLE_ENDIAN);
            w0.lanewise(LSHR, 20)
                    .selectFrom(values)
                    .reinterpretAsFloats()
                    .intoMemorySegment(out, to + 5 * V, LITTLE_ENDIAN);
            w0.lanewise(LSHR, 24)
                    .selectFrom(values)
                    .reinterpretAsFloats()
                    .intoMemorySegment(out, to + 6 * V, LITTLE_ENDIAN);
            w0.lanewise(LSHR, 28)
                    .selectFrom(values)
                    .reinterpretAsFloats()
                    .intoMemorySegment(out, to + 7 * V, LITTLE_ENDIAN);
        }
    }
}
