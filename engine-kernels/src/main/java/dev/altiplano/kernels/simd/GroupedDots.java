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

    /** Never reached: see {@link Tiles}. */
    @SuppressWarnings("NonFinalStaticField")
    private static int never = -1;

    private GroupedDots() {}

    /** 3 rows of codes, 4 of activations. */
    static void x3by4(
            MemorySegment rows,
            int n,
            MemorySegment x,
            long x0,
            long step,
            GroupScales s,
            float[] lanes,
            int at) {
        float[] scales = s.values;
        int per = s.perBlock;
        int row = s.perRow;
        long stride = 4L * n;
        int width = (int) (step / (9 * V)) * L;
        int stop = never;
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
        for (int k = 0; k < n; k += 8 * L) {
            long a = x0 + k / (8 * L) * step;
            long b = 4L * k;
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
            FloatVector w00 = FloatVector.fromMemorySegment(F, rows, b, LITTLE_ENDIAN);
            FloatVector w10 = FloatVector.fromMemorySegment(F, rows, b + stride, LITTLE_ENDIAN);
            FloatVector w20 = FloatVector.fromMemorySegment(F, rows, b + 2 * stride, LITTLE_ENDIAN);
            FloatVector x00 = FloatVector.fromMemorySegment(F, x, a, LITTLE_ENDIAN);
            p00 = w00.fma(x00, p00);
            p10 = w10.fma(x00, p10);
            p20 = w20.fma(x00, p20);
            FloatVector x01 = FloatVector.fromMemorySegment(F, x, a + 9 * V, LITTLE_ENDIAN);
            p01 = w00.fma(x01, p01);
            p11 = w10.fma(x01, p11);
            p21 = w20.fma(x01, p21);
            FloatVector x02 = FloatVector.fromMemorySegment(F, x, a + 18 * V, LITTLE_ENDIAN);
            p02 = w00.fma(x02, p02);
            p12 = w10.fma(x02, p12);
            p22 = w20.fma(x02, p22);
            FloatVector x03 = FloatVector.fromMemorySegment(F, x, a + 27 * V, LITTLE_ENDIAN);
            p03 = w00.fma(x03, p03);
            p13 = w10.fma(x03, p13);
            p23 = w20.fma(x03, p23);
            FloatVector w01 = FloatVector.fromMemorySegment(F, rows, b + V, LITTLE_ENDIAN);
            FloatVector w11 = FloatVector.fromMemorySegment(F, rows, b + stride + V, LITTLE_ENDIAN);
            FloatVector w21 =
                    FloatVector.fromMemorySegment(F, rows, b + 2 * stride + V, LITTLE_ENDIAN);
            FloatVector x10 = FloatVector.fromMemorySegment(F, x, a + V, LITTLE_ENDIAN);
            p00 = w01.fma(x10, p00);
            p10 = w11.fma(x10, p10);
            p20 = w21.fma(x10, p20);
            FloatVector x11 = FloatVector.fromMemorySegment(F, x, a + 10 * V, LITTLE_ENDIAN);
            p01 = w01.fma(x11, p01);
            p11 = w11.fma(x11, p11);
            p21 = w21.fma(x11, p21);
            FloatVector x12 = FloatVector.fromMemorySegment(F, x, a + 19 * V, LITTLE_ENDIAN);
            p02 = w01.fma(x12, p02);
            p12 = w11.fma(x12, p12);
            p22 = w21.fma(x12, p22);
            FloatVector x13 = FloatVector.fromMemorySegment(F, x, a + 28 * V, LITTLE_ENDIAN);
            p03 = w01.fma(x13, p03);
            p13 = w11.fma(x13, p13);
            p23 = w21.fma(x13, p23);
            if (k == stop) {
                break;
            }
            FloatVector w02 = FloatVector.fromMemorySegment(F, rows, b + 2 * V, LITTLE_ENDIAN);
            FloatVector w12 =
                    FloatVector.fromMemorySegment(F, rows, b + stride + 2 * V, LITTLE_ENDIAN);
            FloatVector w22 =
                    FloatVector.fromMemorySegment(F, rows, b + 2 * stride + 2 * V, LITTLE_ENDIAN);
            FloatVector x20 = FloatVector.fromMemorySegment(F, x, a + 2 * V, LITTLE_ENDIAN);
            p00 = w02.fma(x20, p00);
            p10 = w12.fma(x20, p10);
            p20 = w22.fma(x20, p20);
            FloatVector x21 = FloatVector.fromMemorySegment(F, x, a + 11 * V, LITTLE_ENDIAN);
            p01 = w02.fma(x21, p01);
            p11 = w12.fma(x21, p11);
            p21 = w22.fma(x21, p21);
            FloatVector x22 = FloatVector.fromMemorySegment(F, x, a + 20 * V, LITTLE_ENDIAN);
            p02 = w02.fma(x22, p02);
            p12 = w12.fma(x22, p12);
            p22 = w22.fma(x22, p22);
            FloatVector x23 = FloatVector.fromMemorySegment(F, x, a + 29 * V, LITTLE_ENDIAN);
            p03 = w02.fma(x23, p03);
            p13 = w12.fma(x23, p13);
            p23 = w22.fma(x23, p23);
            FloatVector w03 = FloatVector.fromMemorySegment(F, rows, b + 3 * V, LITTLE_ENDIAN);
            FloatVector w13 =
                    FloatVector.fromMemorySegment(F, rows, b + stride + 3 * V, LITTLE_ENDIAN);
            FloatVector w23 =
                    FloatVector.fromMemorySegment(F, rows, b + 2 * stride + 3 * V, LITTLE_ENDIAN);
            FloatVector x30 = FloatVector.fromMemorySegment(F, x, a + 3 * V, LITTLE_ENDIAN);
            p00 = w03.fma(x30, p00);
            p10 = w13.fma(x30, p10);
            p20 = w23.fma(x30, p20);
            FloatVector x31 = FloatVector.fromMemorySegment(F, x, a + 12 * V, LITTLE_ENDIAN);
            p01 = w03.fma(x31, p01);
            p11 = w13.fma(x31, p11);
            p21 = w23.fma(x31, p21);
            FloatVector x32 = FloatVector.fromMemorySegment(F, x, a + 21 * V, LITTLE_ENDIAN);
            p02 = w03.fma(x32, p02);
            p12 = w13.fma(x32, p12);
            p22 = w23.fma(x32, p22);
            FloatVector x33 = FloatVector.fromMemorySegment(F, x, a + 30 * V, LITTLE_ENDIAN);
            p03 = w03.fma(x33, p03);
            p13 = w13.fma(x33, p13);
            p23 = w23.fma(x33, p23);
            if (k == stop) {
                break;
            }
            FloatVector w04 = FloatVector.fromMemorySegment(F, rows, b + 4 * V, LITTLE_ENDIAN);
            FloatVector w14 =
                    FloatVector.fromMemorySegment(F, rows, b + stride + 4 * V, LITTLE_ENDIAN);
            FloatVector w24 =
                    FloatVector.fromMemorySegment(F, rows, b + 2 * stride + 4 * V, LITTLE_ENDIAN);
            FloatVector x40 = FloatVector.fromMemorySegment(F, x, a + 4 * V, LITTLE_ENDIAN);
            p00 = w04.fma(x40, p00);
            p10 = w14.fma(x40, p10);
            p20 = w24.fma(x40, p20);
            FloatVector x41 = FloatVector.fromMemorySegment(F, x, a + 13 * V, LITTLE_ENDIAN);
            p01 = w04.fma(x41, p01);
            p11 = w14.fma(x41, p11);
            p21 = w24.fma(x41, p21);
            FloatVector x42 = FloatVector.fromMemorySegment(F, x, a + 22 * V, LITTLE_ENDIAN);
            p02 = w04.fma(x42, p02);
            p12 = w14.fma(x42, p12);
            p22 = w24.fma(x42, p22);
            FloatVector x43 = FloatVector.fromMemorySegment(F, x, a + 31 * V, LITTLE_ENDIAN);
            p03 = w04.fma(x43, p03);
            p13 = w14.fma(x43, p13);
            p23 = w24.fma(x43, p23);
            FloatVector w05 = FloatVector.fromMemorySegment(F, rows, b + 5 * V, LITTLE_ENDIAN);
            FloatVector w15 =
                    FloatVector.fromMemorySegment(F, rows, b + stride + 5 * V, LITTLE_ENDIAN);
            FloatVector w25 =
                    FloatVector.fromMemorySegment(F, rows, b + 2 * stride + 5 * V, LITTLE_ENDIAN);
            FloatVector x50 = FloatVector.fromMemorySegment(F, x, a + 5 * V, LITTLE_ENDIAN);
            p00 = w05.fma(x50, p00);
            p10 = w15.fma(x50, p10);
            p20 = w25.fma(x50, p20);
            FloatVector x51 = FloatVector.fromMemorySegment(F, x, a + 14 * V, LITTLE_ENDIAN);
            p01 = w05.fma(x51, p01);
            p11 = w15.fma(x51, p11);
            p21 = w25.fma(x51, p21);
            FloatVector x52 = FloatVector.fromMemorySegment(F, x, a + 23 * V, LITTLE_ENDIAN);
            p02 = w05.fma(x52, p02);
            p12 = w15.fma(x52, p12);
            p22 = w25.fma(x52, p22);
            FloatVector x53 = FloatVector.fromMemorySegment(F, x, a + 32 * V, LITTLE_ENDIAN);
            p03 = w05.fma(x53, p03);
            p13 = w15.fma(x53, p13);
            p23 = w25.fma(x53, p23);
            if (k == stop) {
                break;
            }
            FloatVector w06 = FloatVector.fromMemorySegment(F, rows, b + 6 * V, LITTLE_ENDIAN);
            FloatVector w16 =
                    FloatVector.fromMemorySegment(F, rows, b + stride + 6 * V, LITTLE_ENDIAN);
            FloatVector w26 =
                    FloatVector.fromMemorySegment(F, rows, b + 2 * stride + 6 * V, LITTLE_ENDIAN);
            FloatVector x60 = FloatVector.fromMemorySegment(F, x, a + 6 * V, LITTLE_ENDIAN);
            p00 = w06.fma(x60, p00);
            p10 = w16.fma(x60, p10);
            p20 = w26.fma(x60, p20);
            FloatVector x61 = FloatVector.fromMemorySegment(F, x, a + 15 * V, LITTLE_ENDIAN);
            p01 = w06.fma(x61, p01);
            p11 = w16.fma(x61, p11);
            p21 = w26.fma(x61, p21);
            FloatVector x62 = FloatVector.fromMemorySegment(F, x, a + 24 * V, LITTLE_ENDIAN);
            p02 = w06.fma(x62, p02);
            p12 = w16.fma(x62, p12);
            p22 = w26.fma(x62, p22);
            FloatVector x63 = FloatVector.fromMemorySegment(F, x, a + 33 * V, LITTLE_ENDIAN);
            p03 = w06.fma(x63, p03);
            p13 = w16.fma(x63, p13);
            p23 = w26.fma(x63, p23);
            FloatVector w07 = FloatVector.fromMemorySegment(F, rows, b + 7 * V, LITTLE_ENDIAN);
            FloatVector w17 =
                    FloatVector.fromMemorySegment(F, rows, b + stride + 7 * V, LITTLE_ENDIAN);
            FloatVector w27 =
                    FloatVector.fromMemorySegment(F, rows, b + 2 * stride + 7 * V, LITTLE_ENDIAN);
            FloatVector x70 = FloatVector.fromMemorySegment(F, x, a + 7 * V, LITTLE_ENDIAN);
            p00 = w07.fma(x70, p00);
            p10 = w17.fma(x70, p10);
            p20 = w27.fma(x70, p20);
            FloatVector x71 = FloatVector.fromMemorySegment(F, x, a + 16 * V, LITTLE_ENDIAN);
            p01 = w07.fma(x71, p01);
            p11 = w17.fma(x71, p11);
            p21 = w27.fma(x71, p21);
            FloatVector x72 = FloatVector.fromMemorySegment(F, x, a + 25 * V, LITTLE_ENDIAN);
            p02 = w07.fma(x72, p02);
            p12 = w17.fma(x72, p12);
            p22 = w27.fma(x72, p22);
            FloatVector x73 = FloatVector.fromMemorySegment(F, x, a + 34 * V, LITTLE_ENDIAN);
            p03 = w07.fma(x73, p03);
            p13 = w17.fma(x73, p13);
            p23 = w27.fma(x73, p23);
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
            long x0,
            long step,
            GroupScales s,
            float[] lanes,
            int at) {
        float[] scales = s.values;
        int per = s.perBlock;
        IntVector spread = IntVector.fromArray(I, s.spread, 0);
        FloatVector t00 = FloatVector.zero(F);
        FloatVector t01 = t00;
        FloatVector t02 = t00;
        FloatVector t03 = t00;
        int g = 0;
        for (int k = 0; k < n; k += 8 * L) {
            long a = x0 + k / (8 * L) * step;
            long b = 4L * k;
            FloatVector p00 = FloatVector.fromMemorySegment(F, x, a + 8 * V, LITTLE_ENDIAN);
            FloatVector p01 = FloatVector.fromMemorySegment(F, x, a + 17 * V, LITTLE_ENDIAN);
            FloatVector p02 = FloatVector.fromMemorySegment(F, x, a + 26 * V, LITTLE_ENDIAN);
            FloatVector p03 = FloatVector.fromMemorySegment(F, x, a + 35 * V, LITTLE_ENDIAN);
            FloatVector w00 = FloatVector.fromMemorySegment(F, rows, b, LITTLE_ENDIAN);
            FloatVector x00 = FloatVector.fromMemorySegment(F, x, a, LITTLE_ENDIAN);
            p00 = w00.fma(x00, p00);
            FloatVector x01 = FloatVector.fromMemorySegment(F, x, a + 9 * V, LITTLE_ENDIAN);
            p01 = w00.fma(x01, p01);
            FloatVector x02 = FloatVector.fromMemorySegment(F, x, a + 18 * V, LITTLE_ENDIAN);
            p02 = w00.fma(x02, p02);
            FloatVector x03 = FloatVector.fromMemorySegment(F, x, a + 27 * V, LITTLE_ENDIAN);
            p03 = w00.fma(x03, p03);
            FloatVector w01 = FloatVector.fromMemorySegment(F, rows, b + V, LITTLE_ENDIAN);
            FloatVector x10 = FloatVector.fromMemorySegment(F, x, a + V, LITTLE_ENDIAN);
            p00 = w01.fma(x10, p00);
            FloatVector x11 = FloatVector.fromMemorySegment(F, x, a + 10 * V, LITTLE_ENDIAN);
            p01 = w01.fma(x11, p01);
            FloatVector x12 = FloatVector.fromMemorySegment(F, x, a + 19 * V, LITTLE_ENDIAN);
            p02 = w01.fma(x12, p02);
            FloatVector x13 = FloatVector.fromMemorySegment(F, x, a + 28 * V, LITTLE_ENDIAN);
            p03 = w01.fma(x13, p03);
            FloatVector w02 = FloatVector.fromMemorySegment(F, rows, b + 2 * V, LITTLE_ENDIAN);
            FloatVector x20 = FloatVector.fromMemorySegment(F, x, a + 2 * V, LITTLE_ENDIAN);
            p00 = w02.fma(x20, p00);
            FloatVector x21 = FloatVector.fromMemorySegment(F, x, a + 11 * V, LITTLE_ENDIAN);
            p01 = w02.fma(x21, p01);
            FloatVector x22 = FloatVector.fromMemorySegment(F, x, a + 20 * V, LITTLE_ENDIAN);
            p02 = w02.fma(x22, p02);
            FloatVector x23 = FloatVector.fromMemorySegment(F, x, a + 29 * V, LITTLE_ENDIAN);
            p03 = w02.fma(x23, p03);
            FloatVector w03 = FloatVector.fromMemorySegment(F, rows, b + 3 * V, LITTLE_ENDIAN);
            FloatVector x30 = FloatVector.fromMemorySegment(F, x, a + 3 * V, LITTLE_ENDIAN);
            p00 = w03.fma(x30, p00);
            FloatVector x31 = FloatVector.fromMemorySegment(F, x, a + 12 * V, LITTLE_ENDIAN);
            p01 = w03.fma(x31, p01);
            FloatVector x32 = FloatVector.fromMemorySegment(F, x, a + 21 * V, LITTLE_ENDIAN);
            p02 = w03.fma(x32, p02);
            FloatVector x33 = FloatVector.fromMemorySegment(F, x, a + 30 * V, LITTLE_ENDIAN);
            p03 = w03.fma(x33, p03);
            FloatVector w04 = FloatVector.fromMemorySegment(F, rows, b + 4 * V, LITTLE_ENDIAN);
            FloatVector x40 = FloatVector.fromMemorySegment(F, x, a + 4 * V, LITTLE_ENDIAN);
            p00 = w04.fma(x40, p00);
            FloatVector x41 = FloatVector.fromMemorySegment(F, x, a + 13 * V, LITTLE_ENDIAN);
            p01 = w04.fma(x41, p01);
            FloatVector x42 = FloatVector.fromMemorySegment(F, x, a + 22 * V, LITTLE_ENDIAN);
            p02 = w04.fma(x42, p02);
            FloatVector x43 = FloatVector.fromMemorySegment(F, x, a + 31 * V, LITTLE_ENDIAN);
            p03 = w04.fma(x43, p03);
            FloatVector w05 = FloatVector.fromMemorySegment(F, rows, b + 5 * V, LITTLE_ENDIAN);
            FloatVector x50 = FloatVector.fromMemorySegment(F, x, a + 5 * V, LITTLE_ENDIAN);
            p00 = w05.fma(x50, p00);
            FloatVector x51 = FloatVector.fromMemorySegment(F, x, a + 14 * V, LITTLE_ENDIAN);
            p01 = w05.fma(x51, p01);
            FloatVector x52 = FloatVector.fromMemorySegment(F, x, a + 23 * V, LITTLE_ENDIAN);
            p02 = w05.fma(x52, p02);
            FloatVector x53 = FloatVector.fromMemorySegment(F, x, a + 32 * V, LITTLE_ENDIAN);
            p03 = w05.fma(x53, p03);
            FloatVector w06 = FloatVector.fromMemorySegment(F, rows, b + 6 * V, LITTLE_ENDIAN);
            FloatVector x60 = FloatVector.fromMemorySegment(F, x, a + 6 * V, LITTLE_ENDIAN);
            p00 = w06.fma(x60, p00);
            FloatVector x61 = FloatVector.fromMemorySegment(F, x, a + 15 * V, LITTLE_ENDIAN);
            p01 = w06.fma(x61, p01);
            FloatVector x62 = FloatVector.fromMemorySegment(F, x, a + 24 * V, LITTLE_ENDIAN);
            p02 = w06.fma(x62, p02);
            FloatVector x63 = FloatVector.fromMemorySegment(F, x, a + 33 * V, LITTLE_ENDIAN);
            p03 = w06.fma(x63, p03);
            FloatVector w07 = FloatVector.fromMemorySegment(F, rows, b + 7 * V, LITTLE_ENDIAN);
            FloatVector x70 = FloatVector.fromMemorySegment(F, x, a + 7 * V, LITTLE_ENDIAN);
            p00 = w07.fma(x70, p00);
            FloatVector x71 = FloatVector.fromMemorySegment(F, x, a + 16 * V, LITTLE_ENDIAN);
            p01 = w07.fma(x71, p01);
            FloatVector x72 = FloatVector.fromMemorySegment(F, x, a + 25 * V, LITTLE_ENDIAN);
            p02 = w07.fma(x72, p02);
            FloatVector x73 = FloatVector.fromMemorySegment(F, x, a + 34 * V, LITTLE_ENDIAN);
            p03 = w07.fma(x73, p03);
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
