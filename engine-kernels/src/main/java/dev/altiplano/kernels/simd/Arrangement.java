package dev.altiplano.kernels.simd;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

import java.lang.foreign.MemorySegment;

/**
 * Copies activations into the order in which kernels meet the weights of a row: codes of 16 or 8
 * bits are taken out of lanes of 32, so that a vector holds every second or every fourth of them.
 *
 * <p>A copy consists of blocks of two vectors, {@code step} bytes apart: the blocks of several rows
 * lie side by side.
 */
final class Arrangement {
    private static final VectorSpecies<Float> F = FloatVector.SPECIES_PREFERRED;
    private static final int L = F.length();
    private static final long V = F.vectorByteSize();

    // of two vectors, one behind the other
    private static final VectorShuffle<Float> EVEN = VectorShuffle.fromOp(F, i -> 2 * i);
    private static final VectorShuffle<Float> ODD = VectorShuffle.fromOp(F, i -> 2 * i + 1);

    private Arrangement() {}

    /** Two vectors as they come, for weights of 32 bits. */
    static void plain(float[] x, int from, int n, MemorySegment out, long at, long step) {
        long to = at;
        for (int k = from; k < from + n; k += 2 * L) {
            FloatVector.fromArray(F, x, k).intoMemorySegment(out, to, LITTLE_ENDIAN);
            FloatVector.fromArray(F, x, k + L).intoMemorySegment(out, to + V, LITTLE_ENDIAN);
            to += step;
        }
    }

    /** The even elements of two vectors, then the odd ones, for weights of 16 bits. */
    static void pairs(float[] x, int from, int n, MemorySegment out, long at, long step) {
        long to = at;
        for (int k = from; k < from + n; k += 2 * L) {
            FloatVector a = FloatVector.fromArray(F, x, k);
            FloatVector b = FloatVector.fromArray(F, x, k + L);
            a.rearrange(EVEN, b).intoMemorySegment(out, to, LITTLE_ENDIAN);
            a.rearrange(ODD, b).intoMemorySegment(out, to + V, LITTLE_ENDIAN);
            to += step;
        }
    }

    /**
     * Of four vectors every fourth element from the first on, then from the second on, and so on,
     * each times {@code factor}, for weights of 8 bits.
     */
    static void quads(
            float[] x, int from, int n, float factor, MemorySegment out, long at, long step) {
        long to = at;
        for (int k = from; k < from + n; k += 4 * L) {
            FloatVector a = FloatVector.fromArray(F, x, k).mul(factor);
            FloatVector b = FloatVector.fromArray(F, x, k + L).mul(factor);
            FloatVector c = FloatVector.fromArray(F, x, k + 2 * L).mul(factor);
            FloatVector d = FloatVector.fromArray(F, x, k + 3 * L).mul(factor);
            FloatVector even0 = a.rearrange(EVEN, b);
            FloatVector even1 = c.rearrange(EVEN, d);
            FloatVector odd0 = a.rearrange(ODD, b);
            FloatVector odd1 = c.rearrange(ODD, d);
            even0.rearrange(EVEN, even1).intoMemorySegment(out, to, LITTLE_ENDIAN);
            odd0.rearrange(EVEN, odd1).intoMemorySegment(out, to + V, LITTLE_ENDIAN);
            to += step;
            even0.rearrange(ODD, even1).intoMemorySegment(out, to, LITTLE_ENDIAN);
            odd0.rearrange(ODD, odd1).intoMemorySegment(out, to + V, LITTLE_ENDIAN);
            to += step;
        }
    }
}
