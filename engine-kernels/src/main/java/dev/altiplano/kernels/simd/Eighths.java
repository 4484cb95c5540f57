package dev.altiplano.kernels.simd;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

import java.lang.foreign.MemorySegment;

/**
 * Copies activations into the order in which codes of 4 bits meet them: every eighth element from
 * the first on, then from the second on, and so on.
 *
 * <p>A copy consists of blocks of nine vectors, {@code step} bytes apart: eight of activations, and
 * what the sum of a block starts with, because codes are multiplied with something added to them.
 */
final class Eighths {
    /** Activations for {@link Fp4Dots} are multiplied by it, so that nothing is subnormal. */
    static final float FP4_FACTOR = 0x1p80f;

    /** The unit of the sums of {@link Fp4Dots}. */
    static final double FP4_UNIT = 0x1p-46;

    private static final VectorSpecies<Float> F = FloatVector.SPECIES_PREFERRED;
    private static final int L = F.length();
    private static final long V = F.vectorByteSize();

    // of two vectors, one behind the other
    private static final VectorShuffle<Float> EVEN = VectorShuffle.fromOp(F, i -> 2 * i);
    private static final VectorShuffle<Float> ODD = VectorShuffle.fromOp(F, i -> 2 * i + 1);

    private Eighths() {}

    /**
     * For codes of {@link Int4Dots}: those of place j are worth 16^j, the last one is signed, and
     * the others have 8 added.
     */
    static void int4(float[] x, int from, int n, MemorySegment out, long at, long step) {
        lay(x, from, n, 1, 0x1p-4f, -8, 0, out, at, step);
    }

    /** For codes of {@link Fp4Dots}: all have 8 added. */
    static void fp4(float[] x, int from, int n, MemorySegment out, long at, long step) {
        float bias = (float) (-8 * FP4_UNIT);
        lay(x, from, n, FP4_FACTOR, 1, bias, bias, out, at, step);
    }

    /** For codes that are looked up: {@link Fp4TableDots}. */
    static void plain(float[] x, int from, int n, MemorySegment out, long at, long step) {
        lay(x, from, n, 1, 1, 0, 0, out, at, step);
    }

    /**
     * Place j is multiplied by {@code factor * ratio^j}; a sum starts with {@code bias} times the
     * activations of the first seven places and {@code last} times those of the eighth.
     */
    private static void lay(
            float[] x,
            int from,
            int n,
            float factor,
            float ratio,
            float bias,
            float last,
            MemorySegment out,
            long at,
            long step) {
        float f1 = factor * ratio;
        float f2 = f1 * ratio;
        float f3 = f2 * ratio;
        float f4 = f3 * ratio;
        float f5 = f4 * ratio;
        float f6 = f5 * ratio;
        float f7 = f6 * ratio;
        long to = at;
        for (int k = from; k < from + n; k += 8 * L) {
            FloatVector a0 = FloatVector.fromArray(F, x, k);
            FloatVector a1 = FloatVector.fromArray(F, x, k + L);
            FloatVector a2 = FloatVector.fromArray(F, x, k + 2 * L);
            FloatVector a3 = FloatVector.fromArray(F, x, k + 3 * L);
            FloatVector a4 = FloatVector.fromArray(F, x, k + 4 * L);
            FloatVector a5 = FloatVector.fromArray(F, x, k + 5 * L);
            FloatVector a6 = FloatVector.fromArray(F, x, k + 6 * L);
            FloatVector a7 = FloatVector.fromArray(F, x, k + 7 * L);
            FloatVector even0 = a0.rearrange(EVEN, a1);
            FloatVector odd0 = a0.rearrange(ODD, a1);
            FloatVector even1 = a2.rearrange(EVEN, a3);
            FloatVector odd1 = a2.rearrange(ODD, a3);
            FloatVector even2 = a4.rearrange(EVEN, a5);
            FloatVector odd2 = a4.rearrange(ODD, a5);
            FloatVector even3 = a6.rearrange(EVEN, a7);
            FloatVector odd3 = a6.rearrange(ODD, a7);
            FloatVector q00 = even0.rearrange(EVEN, even1);
            FloatVector q20 = even0.rearrange(ODD, even1);
            FloatVector q10 = odd0.rearrange(EVEN, odd1);
            FloatVector q30 = odd0.rearrange(ODD, odd1);
            FloatVector q01 = even2.rearrange(EVEN, even3);
            FloatVector q21 = even2.rearrange(ODD, even3);
            FloatVector q11 = odd2.rearrange(EVEN, odd3);
            FloatVector q31 = odd2.rearrange(ODD, odd3);
            FloatVector e0 = q00.rearrange(EVEN, q01);
            FloatVector e4 = q00.rearrange(ODD, q01);
            FloatVector e1 = q10.rearrange(EVEN, q11);
            FloatVector e5 = q10.rearrange(ODD, q11);
            FloatVector e2 = q20.rearrange(EVEN, q21);
            FloatVector e6 = q20.rearrange(ODD, q21);
            FloatVector e3 = q30.rearrange(EVEN, q31);
            FloatVector e7 = q30.rearrange(ODD, q31);
            e0.mul(factor).intoMemorySegment(out, to, LITTLE_ENDIAN);
            e1.mul(f1).intoMemorySegment(out, to + V, LITTLE_ENDIAN);
            e2.mul(f2).intoMemorySegment(out, to + 2 * V, LITTLE_ENDIAN);
            e3.mul(f3).intoMemorySegment(out, to + 3 * V, LITTLE_ENDIAN);
            e4.mul(f4).intoMemorySegment(out, to + 4 * V, LITTLE_ENDIAN);
            e5.mul(f5).intoMemorySegment(out, to + 5 * V, LITTLE_ENDIAN);
            e6.mul(f6).intoMemorySegment(out, to + 6 * V, LITTLE_ENDIAN);
            e7.mul(f7).intoMemorySegment(out, to + 7 * V, LITTLE_ENDIAN);
            e0.add(e1)
                    .add(e2.add(e3))
                    .add(e4.add(e5).add(e6))
                    .mul(bias)
                    .add(e7.mul(last))
                    .intoMemorySegment(out, to + 8 * V, LITTLE_ENDIAN);
            to += step;
        }
    }
}
