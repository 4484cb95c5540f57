package dev.altiplano.kernels.simd;

import static jdk.incubator.vector.VectorOperators.I2F;
import static jdk.incubator.vector.VectorOperators.XOR;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import dev.altiplano.kernels.internal.GroupScales;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorSpecies;

import java.lang.foreign.MemorySegment;

/**
 * Dot products of rows of biased 4-bit whole numbers with activations in the order of {@link
 * Eighths}: eight codes to a lane, each converted where it stands, as its value times a power of 16
 * that the activations take back.
 *
 * <p>The bias of 8 is not subtracted from every code. The sum of a block starts at minus 8 times
 * its activations; in the uppermost code, which is converted with its sign, flipping a bit does it.
 * Blocks are scaled by group and added up.
 */
final class Int4Dots {
    private static final VectorSpecies<Float> F = FloatVector.SPECIES_PREFERRED;
    private static final VectorSpecies<Integer> I = F.withLanes(int.class);

    /** The bit of the uppermost code that is worth 8. */
    private static final int TOP = 0x80000000;

    private static final int L = F.length();
    private static final long V = F.vectorByteSize();

    private Int4Dots() {}

    /** 3 rows. */
    static void x3(
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
        long o2 = o1 + stride;
        float[] scales = s.values;
        int per = s.perBlock;
        int row = s.perRow;
        IntVector spread = IntVector.fromArray(I, s.spread, 0);

        FloatVector t0 = FloatVector.zero(F);
        FloatVector t1 = t0;
        FloatVector t2 = t0;
        long a = 0;
        int g = 0;
        for (int k = 0; k < n; k += 8 * L) {
            long b = k / 2;
            IntVector w0 =
                    IntVector.fromMemorySegment(I, w, o0 + b, LITTLE_ENDIAN).lanewise(XOR, TOP);
            IntVector w1 =
                    IntVector.fromMemorySegment(I, w, o1 + b, LITTLE_ENDIAN).lanewise(XOR, TOP);
            IntVector w2 =
                    IntVector.fromMemorySegment(I, w, o2 + b, LITTLE_ENDIAN).lanewise(XOR, TOP);
            FloatVector p0 = FloatVector.fromMemorySegment(F, x, a + 8 * V, LITTLE_ENDIAN);
            FloatVector p1 = p0;
            FloatVector p2 = p0;
            FloatVector x0 = FloatVector.fromMemorySegment(F, x, a, LITTLE_ENDIAN);
            p0 = ((FloatVector) w0.and(0xF).convert(I2F, 0)).fma(x0, p0);
            p1 = ((FloatVector) w1.and(0xF).convert(I2F, 0)).fma(x0, p1);
            p2 = ((FloatVector) w2.and(0xF).convert(I2F, 0)).fma(x0, p2);
            FloatVector x1 = FloatVector.fromMemorySegment(F, x, a + V, LITTLE_ENDIAN);
            p0 = ((FloatVector) w0.and(0xF0).convert(I2F, 0)).fma(x1, p0);
            p1 = ((FloatVector) w1.and(0xF0).convert(I2F, 0)).fma(x1, p1);
            p2 = ((FloatVector) w2.and(0xF0).convert(I2F, 0)).fma(x1, p2);
            FloatVector x2 = FloatVector.fromMemorySegment(F, x, a + 2 * V, LITTLE_ENDIAN);
            p0 = ((FloatVector) w0.and(0xF00).convert(I2F, 0)).fma(x2, p0);
            p1 = ((FloatVector) w1.and(0xF00).convert(I2F, 0)).fma(x2, p1);
            p2 = ((FloatVector) w2.and(0xF00).convert(I2F, 0)).fma(x2, p2);
            FloatVector x3 = FloatVector.fromMemorySegment(F, x, a + 3 * V, LITTLE_ENDIAN);
            p0 = ((FloatVector) w0.and(0xF000).convert(I2F, 0)).fma(x3, p0);
            p1 = ((FloatVector) w1.and(0xF000).convert(I2F, 0)).fma(x3, p1);
            p2 = ((FloatVector) w2.and(0xF000).convert(I2F, 0)).fma(x3, p2);
            FloatVector x4 = FloatVector.fromMemorySegment(F, x, a + 4 * V, LITTLE_ENDIAN);
            p0 = ((FloatVector) w0.and(0xF0000).convert(I2F, 0)).fma(x4, p0);
            p1 = ((FloatVector) w1.and(0xF0000).convert(I2F, 0)).fma(x4, p1);
            p2 = ((FloatVector) w2.and(0xF0000).convert(I2F, 0)).fma(x4, p2);
            FloatVector x5 = FloatVector.fromMemorySegment(F, x, a + 5 * V, LITTLE_ENDIAN);
            p0 = ((FloatVector) w0.and(0xF00000).convert(I2F, 0)).fma(x5, p0);
            p1 = ((FloatVector) w1.and(0xF00000).convert(I2F, 0)).fma(x5, p1);
            p2 = ((FloatVector) w2.and(0xF00000).convert(I2F, 0)).fma(x5, p2);
            FloatVector x6 = FloatVector.fromMemorySegment(F, x, a + 6 * V, LITTLE_ENDIAN);
            p0 = ((FloatVector) w0.and(0xF000000).convert(I2F, 0)).fma(x6, p0);
            p1 = ((FloatVector) w1.and(0xF000000).convert(I2F, 0)).fma(x6, p1);
            p2 = ((FloatVector) w2.and(0xF000000).convert(I2F, 0)).fma(x6, p2);
            FloatVector x7 = FloatVector.fromMemorySegment(F, x, a + 7 * V, LITTLE_ENDIAN);
            p0 = ((FloatVector) w0.and(0xF0000000).convert(I2F, 0)).fma(x7, p0);
            p1 = ((FloatVector) w1.and(0xF0000000).convert(I2F, 0)).fma(x7, p1);
            p2 = ((FloatVector) w2.and(0xF0000000).convert(I2F, 0)).fma(x7, p2);
            t0 =
                    spread.selectFrom(FloatVector.fromArray(F, scales, g).reinterpretAsInts())
                            .reinterpretAsFloats()
                            .fma(p0, t0);
            t1 =
                    spread.selectFrom(FloatVector.fromArray(F, scales, row + g).reinterpretAsInts())
                            .reinterpretAsFloats()
                            .fma(p1, t1);
            t2 =
                    spread.selectFrom(
                                    FloatVector.fromArray(F, scales, 2 * row + g)
                                            .reinterpretAsInts())
                            .reinterpretAsFloats()
                            .fma(p2, t2);
            a += 9 * V;
            g += per;
        }
        t0.intoArray(lanes, 0);
        t1.intoArray(lanes, L);
        t2.intoArray(lanes, 2 * L);
    }

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
            IntVector w0 =
                    IntVector.fromMemorySegment(I, w, o0 + b, LITTLE_ENDIAN).lanewise(XOR, TOP);
            FloatVector p0 = FloatVector.fromMemorySegment(F, x, a + 8 * V, LITTLE_ENDIAN);
            FloatVector x0 = FloatVector.fromMemorySegment(F, x, a, LITTLE_ENDIAN);
            p0 = ((FloatVector) w0.and(0xF).convert(I2F, 0)).fma(x0, p0);
            FloatVector x1 = FloatVector.fromMemorySegment(F, x, a + V, LITTLE_ENDIAN);
            p0 = ((FloatVector) w0.and(0xF0).convert(I2F, 0)).fma(x1, p0);
            FloatVector x2 = FloatVector.fromMemorySegment(F, x, a + 2 * V, LITTLE_ENDIAN);
            p0 = ((FloatVector) w0.and(0xF00).convert(I2F, 0)).fma(x2, p0);
            FloatVector x3 = FloatVector.fromMemorySegment(F, x, a + 3 * V, LITTLE_ENDIAN);
            p0 = ((FloatVector) w0.and(0xF000).convert(I2F, 0)).fma(x3, p0);
            FloatVector x4 = FloatVector.fromMemorySegment(F, x, a + 4 * V, LITTLE_ENDIAN);
            p0 = ((FloatVector) w0.and(0xF0000).convert(I2F, 0)).fma(x4, p0);
            FloatVector x5 = FloatVector.fromMemorySegment(F, x, a + 5 * V, LITTLE_ENDIAN);
            p0 = ((FloatVector) w0.and(0xF00000).convert(I2F, 0)).fma(x5, p0);
            FloatVector x6 = FloatVector.fromMemorySegment(F, x, a + 6 * V, LITTLE_ENDIAN);
            p0 = ((FloatVector) w0.and(0xF000000).convert(I2F, 0)).fma(x6, p0);
            FloatVector x7 = FloatVector.fromMemorySegment(F, x, a + 7 * V, LITTLE_ENDIAN);
            p0 = ((FloatVector) w0.and(0xF0000000).convert(I2F, 0)).fma(x7, p0);
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
            IntVector v =
                    IntVector.fromMemorySegment(I, w, o0 + k / 2, LITTLE_ENDIAN).lanewise(XOR, TOP);
            long to = at + 4L * k;
            ((FloatVector) v.and(0xF).convert(I2F, 0)).intoMemorySegment(out, to, LITTLE_ENDIAN);
            ((FloatVector) v.and(0xF0).convert(I2F, 0))
                    .intoMemorySegment(out, to + V, LITTLE_ENDIAN);
            ((FloatVector) v.and(0xF00).convert(I2F, 0))
                    .intoMemorySegment(out, to + 2 * V, LITTLE_ENDIAN);
            ((FloatVector) v.and(0xF000).convert(I2F, 0))
                    .intoMemorySegment(out, to + 3 * V, LITTLE_ENDIAN);
            ((FloatVector) v.and(0xF0000).convert(I2F, 0))
                    .intoMemorySegment(out, to + 4 * V, LITTLE_ENDIAN);
            ((FloatVector) v.and(0xF00000).convert(I2F, 0))
                    .intoMemorySegment(out, to + 5 * V, LITTLE_ENDIAN);
            ((FloatVector) v.and(0xF000000).convert(I2F, 0))
                    .intoMemorySegment(out, to + 6 * V, LITTLE_ENDIAN);
            ((FloatVector) v.and(0xF0000000).convert(I2F, 0))
                    .intoMemorySegment(out, to + 7 * V, LITTLE_ENDIAN);
        }
    }
}
