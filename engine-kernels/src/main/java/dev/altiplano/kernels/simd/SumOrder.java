package dev.altiplano.kernels.simd;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

import java.lang.foreign.MemorySegment;

/**
 * Adds sums, which come in the order in which kernels take codes out of lanes, to results in the
 * order of the columns: the way back of {@link Arrangement}.
 */
final class SumOrder {
    private static final VectorSpecies<Float> F = FloatVector.SPECIES_PREFERRED;
    private static final int L = F.length();
    private static final long V = F.vectorByteSize();

    // take turns between two vectors: their first halves, then their second halves
    private static final VectorShuffle<Float> FIRST =
            VectorShuffle.fromOp(F, i -> i / 2 + (i % 2) * L);
    private static final VectorShuffle<Float> SECOND =
            VectorShuffle.fromOp(F, i -> L / 2 + i / 2 + (i % 2) * L);

    private SumOrder() {}

    static void plain(MemorySegment sums, long s0, int n, float[] y, int at) {
        for (int j = 0; j < n; j += L) {
            FloatVector sum = FloatVector.fromMemorySegment(F, sums, s0 + 4L * j, LITTLE_ENDIAN);
            FloatVector.fromArray(F, y, at + j).add(sum).intoArray(y, at + j);
        }
    }

    /** Of two vectors the even columns, then the odd ones. */
    static void pairs(MemorySegment sums, long s0, int n, float[] y, int at) {
        for (int j = 0; j < n; j += 2 * L) {
            long o = s0 + 4L * j;
            FloatVector even = FloatVector.fromMemorySegment(F, sums, o, LITTLE_ENDIAN);
            FloatVector odd = FloatVector.fromMemorySegment(F, sums, o + V, LITTLE_ENDIAN);
            add(even.rearrange(FIRST, odd), y, at + j);
            add(even.rearrange(SECOND, odd), y, at + j + L);
        }
    }

    /**
     * Of four vectors every fourth column from the first on, then from the second on, and so on.
     *
     * @param unit a power of two that sums are multiplied by
     */
    static void quads(MemorySegment sums, long s0, int n, float unit, float[] y, int at) {
        for (int j = 0; j < n; j += 4 * L) {
            long o = s0 + 4L * j;
            FloatVector a = FloatVector.fromMemorySegment(F, sums, o, LITTLE_ENDIAN);
            FloatVector b = FloatVector.fromMemorySegment(F, sums, o + V, LITTLE_ENDIAN);
            FloatVector c = FloatVector.fromMemorySegment(F, sums, o + 2 * V, LITTLE_ENDIAN);
            FloatVector d = FloatVector.fromMemorySegment(F, sums, o + 3 * V, LITTLE_ENDIAN);
            FloatVector even0 = a.rearrange(FIRST, c);
            FloatVector even1 = a.rearrange(SECOND, c);
            FloatVector odd0 = b.rearrange(FIRST, d);
            FloatVector odd1 = b.rearrange(SECOND, d);
            add(even0.rearrange(FIRST, odd0).mul(unit), y, at + j);
            add(even0.rearrange(SECOND, odd0).mul(unit), y, at + j + L);
            add(even1.rearrange(FIRST, odd1).mul(unit), y, at + j + 2 * L);
            add(even1.rearrange(SECOND, odd1).mul(unit), y, at + j + 3 * L);
        }
    }

    private static void add(FloatVector sum, float[] y, int at) {
        FloatVector.fromArray(F, y, at).add(sum).intoArray(y, at);
    }
}
