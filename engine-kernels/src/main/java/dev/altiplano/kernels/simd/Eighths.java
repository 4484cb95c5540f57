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
            e0.intoMemorySegment(out, to, LITTLE_ENDIAN);
            e1.mul(0x1p-4f).intoMemorySegment(out, to + V, LITTLE_ENDIAN);
            e2.mul(0x1p-8f).intoMemorySegment(out, to + 2 * V, LITTLE_ENDIAN);
            e3.mul(0x1p-12f).intoMemorySegment(out, to + 3 * V, LITTLE_ENDIAN);
            e4.mul(0x1p-16f).intoMemorySegment(out, to + 4 * V, LITTLE_ENDIAN);
            e5.mul(0x1p-20f).intoMemorySegment(out, to + 5 * V, LITTLE_ENDIAN);
            e6.mul(0x1p-24f).intoMemorySegment(out, to + 6 * V, LITTLE_ENDIAN);
            e7.mul(0x1p-28f).intoMemorySegment(out, to + 7 * V, LITTLE_ENDIAN);
            e0.add(e1)
                    .add(e2.add(e3))
                    .add(e4.add(e5).add(e6))
                    .mul(-8)
                    .intoMemorySegment(out, to + 8 * V, LITTLE_ENDIAN);
            to += step;
        }
    }

    /** For codes of {@link Fp4Dots}: all have 8 added. */
    static void fp4(float[] x, int from, int n, MemorySegment out, long at, long step) {
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
            e0.mul(FP4_FACTOR).intoMemorySegment(out, to, LITTLE_ENDIAN);
            e1.mul(FP4_FACTOR).intoMemorySegment(out, to + V, LITTLE_ENDIAN);
            e2.mul(FP4_FACTOR).intoMemorySegment(out, to + 2 * V, LITTLE_ENDIAN);
            e3.mul(FP4_FACTOR).intoMemorySegment(out, to + 3 * V, LITTLE_ENDIAN);
            e4.mul(FP4_FACTOR).intoMemorySegment(out, to + 4 * V, LITTLE_ENDIAN);
            e5.mul(FP4_FACTOR).intoMemorySegment(out, to + 5 * V, LITTLE_ENDIAN);
            e6.mul(FP4_FACTOR).intoMemorySegment(out, to + 6 * V, LITTLE_ENDIAN);
            e7.mul(FP4_FACTOR).intoMemorySegment(out, to + 7 * V, LITTLE_ENDIAN);
            e0.add(e1)
                    .add(e2.add(e3))
                    .add(e4.add(e5).add(e6.add(e7)))
                    .mul((float) (-8 * FP4_UNIT))
                    .intoMemorySegment(out, to + 8 * V, LITTLE_ENDIAN);
            to += step;
        }
    }
}
