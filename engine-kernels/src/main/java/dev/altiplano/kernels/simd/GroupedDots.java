package dev.altiplano.kernels.simd;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import dev.altiplano.kernels.internal.GroupScales;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorSpecies;

import java.lang.foreign.MemorySegment;

/**
 * Dot products of rows of codes that were decoded by {@link Int4Dots} or {@link Fp4Dots} with
 * several rows of activations, to the same bits as there.
 */
final class GroupedDots {
    private static final VectorSpecies<Float> F = FloatVector.SPECIES_PREFERRED;
    private static final VectorSpecies<Integer> I = F.withLanes(int.class);
    private static final int L = F.length();
    private static final long V = F.vectorByteSize();

    private GroupedDots() {}

    /** 3 rows of codes, 4 of activations. */
    static void x3by4(
            MemorySegment rows,
            int n,
            MemorySegment x,
            long from,
            long step,
            GroupScales s,
            float[] lanes,
            int at) {
        Segments.touch(rows, 0);
        Segments.touch(x, 0);
        float[] scales = s.values;
        int per = s.perBlock;
        int row = s.perRow;
        long stride = 4L * n;
        int width = (int) (step / (9 * V)) * L;
        IntVector spread = IntVector.fromArray(I, s.spread, 0);
        FloatVector t00 = FloatVector.zero(F);
        FloatVector t01 = t00;
        FloatVector t02 = t00;
        FloatVector t03 = t00;
        FloatVector t10 = t00;
        FloatVector t11 = t00;
        FloatVector t12 = t00;
        FloatVector t13 = t00;
        FloatVector t20 = t00;
        FloatVector t21 = t00;
        FloatVector t22 = t00;
        FloatVector t23 = t00;
        int g = 0;
        long b = 0;
        for (int k = 0; k < n; k += 8 * L) {
            long a = from + k / (8 * L) * step;
            FloatVector p00 = FloatVector.fromMemorySegment(F, x, a + 8 * V, LITTLE_ENDIAN);
            FloatVector p10 = p00;
            FloatVector p20 = p00;
            FloatVector p01 = FloatVector.fromMemorySegment(F, x, a + 17 * V, LITTLE_ENDIAN);
            FloatVector p11 = p01;
            FloatVector p21 = p01;
            FloatVector p02 = FloatVector.fromMemorySegment(F, x, a + 26 * V, LITTLE_ENDIAN);
            FloatVector p12 = p02;
            FloatVector p22 = p02;
            FloatVector p03 = FloatVector.fromMemorySegment(F, x, a + 35 * V, LITTLE_ENDIAN);
            FloatVector p13 = p03;
            FloatVector p23 = p03;
            for (long end = b + 8 * V; b < end; b += V) {
                FloatVector w0 = FloatVector.fromMemorySegment(F, rows, b, LITTLE_ENDIAN);
                FloatVector w1 = FloatVector.fromMemorySegment(F, rows, b + stride, LITTLE_ENDIAN);
                FloatVector w2 =
                        FloatVector.fromMemorySegment(F, rows, b + 2 * stride, LITTLE_ENDIAN);
                FloatVector x0 = FloatVector.fromMemorySegment(F, x, a, LITTLE_ENDIAN);
                p00 = w0.fma(x0, p00);
                p10 = w1.fma(x0, p10);
                p20 = w2.fma(x0, p20);
                FloatVector x1 = FloatVector.fromMemorySegment(F, x, a + 9 * V, LITTLE_ENDIAN);
                p01 = w0.fma(x1, p01);
                p11 = w1.fma(x1, p11);
                p21 = w2.fma(x1, p21);
                FloatVector x2 = FloatVector.fromMemorySegment(F, x, a + 18 * V, LITTLE_ENDIAN);
                p02 = w0.fma(x2, p02);
                p12 = w1.fma(x2, p12);
                p22 = w2.fma(x2, p22);
                FloatVector x3 = FloatVector.fromMemorySegment(F, x, a + 27 * V, LITTLE_ENDIAN);
                p03 = w0.fma(x3, p03);
                p13 = w1.fma(x3, p13);
                p23 = w2.fma(x3, p23);
                a += V;
            }
            FloatVector s0 =
                    spread.selectFrom(FloatVector.fromArray(F, scales, g).reinterpretAsInts())
                            .reinterpretAsFloats();
            t00 = s0.fma(p00, t00);
            t01 = s0.fma(p01, t01);
            t02 = s0.fma(p02, t02);
            t03 = s0.fma(p03, t03);
            FloatVector s1 =
                    spread.selectFrom(FloatVector.fromArray(F, scales, row + g).reinterpretAsInts())
                            .reinterpretAsFloats();
            t10 = s1.fma(p10, t10);
            t11 = s1.fma(p11, t11);
            t12 = s1.fma(p12, t12);
            t13 = s1.fma(p13, t13);
            FloatVector s2 =
                    spread.selectFrom(
                                    FloatVector.fromArray(F, scales, 2 * row + g)
                                            .reinterpretAsInts())
                            .reinterpretAsFloats();
            t20 = s2.fma(p20, t20);
            t21 = s2.fma(p21, t21);
            t22 = s2.fma(p22, t22);
            t23 = s2.fma(p23, t23);
            g += per;
        }
        t00.intoArray(lanes, at);
        t01.intoArray(lanes, at + L);
        t02.intoArray(lanes, at + 2 * L);
        t03.intoArray(lanes, at + 3 * L);
        t10.intoArray(lanes, at + width);
        t11.intoArray(lanes, at + width + L);
        t12.intoArray(lanes, at + width + 2 * L);
        t13.intoArray(lanes, at + width + 3 * L);
        t20.intoArray(lanes, at + 2 * width);
        t21.intoArray(lanes, at + 2 * width + L);
        t22.intoArray(lanes, at + 2 * width + 2 * L);
        t23.intoArray(lanes, at + 2 * width + 3 * L);
    }

    /** 1 row of codes, 4 of activations. */
    static void x1by4(
            MemorySegment rows,
            int n,
            MemorySegment x,
            long from,
            long step,
            GroupScales s,
            float[] lanes,
            int at) {
        Segments.touch(rows, 0);
        Segments.touch(x, 0);
        float[] scales = s.values;
        int per = s.perBlock;
        IntVector spread = IntVector.fromArray(I, s.spread, 0);
        FloatVector t00 = FloatVector.zero(F);
        FloatVector t01 = t00;
        FloatVector t02 = t00;
        FloatVector t03 = t00;
        int g = 0;
        long b = 0;
        for (int k = 0; k < n; k += 8 * L) {
            long a = from + k / (8 * L) * step;
            FloatVector p00 = FloatVector.fromMemorySegment(F, x, a + 8 * V, LITTLE_ENDIAN);
            FloatVector p01 = FloatVector.fromMemorySegment(F, x, a + 17 * V, LITTLE_ENDIAN);
            FloatVector p02 = FloatVector.fromMemorySegment(F, x, a + 26 * V, LITTLE_ENDIAN);
            FloatVector p03 = FloatVector.fromMemorySegment(F, x, a + 35 * V, LITTLE_ENDIAN);
            for (long end = b + 8 * V; b < end; b += V) {
                FloatVector w0 = FloatVector.fromMemorySegment(F, rows, b, LITTLE_ENDIAN);
                FloatVector x0 = FloatVector.fromMemorySegment(F, x, a, LITTLE_ENDIAN);
                p00 = w0.fma(x0, p00);
                FloatVector x1 = FloatVector.fromMemorySegment(F, x, a + 9 * V, LITTLE_ENDIAN);
                p01 = w0.fma(x1, p01);
                FloatVector x2 = FloatVector.fromMemorySegment(F, x, a + 18 * V, LITTLE_ENDIAN);
                p02 = w0.fma(x2, p02);
                FloatVector x3 = FloatVector.fromMemorySegment(F, x, a + 27 * V, LITTLE_ENDIAN);
                p03 = w0.fma(x3, p03);
                a += V;
            }
            FloatVector s0 =
                    spread.selectFrom(FloatVector.fromArray(F, scales, g).reinterpretAsInts())
                            .reinterpretAsFloats();
            t00 = s0.fma(p00, t00);
            t01 = s0.fma(p01, t01);
            t02 = s0.fma(p02, t02);
            t03 = s0.fma(p03, t03);
            g += per;
        }
        t00.intoArray(lanes, at);
        t01.intoArray(lanes, at + L);
        t02.intoArray(lanes, at + 2 * L);
        t03.intoArray(lanes, at + 3 * L);
    }
}
