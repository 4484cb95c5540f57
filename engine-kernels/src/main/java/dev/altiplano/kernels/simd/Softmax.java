package dev.altiplano.kernels.simd;

import static dev.altiplano.kernels.internal.Exp.LOG2_E;
import static dev.altiplano.kernels.internal.Exp.LOWEST;
import static dev.altiplano.kernels.internal.Exp.MINUS_LN2_HIGH;
import static dev.altiplano.kernels.internal.Exp.MINUS_LN2_LOW;
import static dev.altiplano.kernels.internal.Exp.Q0;
import static dev.altiplano.kernels.internal.Exp.Q1;
import static dev.altiplano.kernels.internal.Exp.Q2;
import static dev.altiplano.kernels.internal.Exp.Q3;
import static dev.altiplano.kernels.internal.Exp.Q4;
import static dev.altiplano.kernels.internal.Exp.ROUND;

import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LT;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

import java.lang.foreign.MemorySegment;

/** The steps of softmax on floats off the heap; counts are multiples of the vector length. */
final class Softmax {
    private static final VectorSpecies<Float> F = FloatVector.SPECIES_PREFERRED;
    private static final int L = F.length();

    /** Bytes of a vector. */
    private static final long V = F.vectorByteSize();

    // Rotations by half a vector, a quarter, ...: they fold the lanes in the same order on every
    // tier.
    private static final VectorShuffle<Float> BY_8 = VectorShuffle.fromOp(F, i -> (i + 8) % L);
    private static final VectorShuffle<Float> BY_4 = VectorShuffle.fromOp(F, i -> (i + 4) % L);
    private static final VectorShuffle<Float> BY_2 = VectorShuffle.fromOp(F, i -> (i + 2) % L);
    private static final VectorShuffle<Float> BY_1 = VectorShuffle.fromOp(F, i -> (i + 1) % L);

    private Softmax() {}

    static void scale(MemorySegment x, long from, int count, float factor) {
        for (int i = 0; i < count; i += L) {
            FloatVector.fromMemorySegment(F, x, from + 4L * i, LITTLE_ENDIAN)
                    .mul(factor)
                    .intoMemorySegment(x, from + 4L * i, LITTLE_ENDIAN);
        }
    }

    static void multiply(MemorySegment x, long from, MemorySegment factors, long at, int count) {
        for (int i = 0; i < count; i += L) {
            FloatVector.fromMemorySegment(F, x, from + 4L * i, LITTLE_ENDIAN)
                    .mul(FloatVector.fromMemorySegment(F, factors, at + 4L * i, LITTLE_ENDIAN))
                    .intoMemorySegment(x, from + 4L * i, LITTLE_ENDIAN);
        }
    }

    /**
     * The largest element. Comparing and blending are two instructions, {@code FloatVector.max}
     * six: it has to tell apart the zeros. Where an element is no number the exponentials are none.
     */
    static float max(MemorySegment x, long from, int count) {
        FloatVector max0 = FloatVector.fromMemorySegment(F, x, from, LITTLE_ENDIAN);
        FloatVector max1 = max0; // two chains, or the time that one comparison takes is lost
        int i = L;
        for (; i + 2 * L <= count; i += 2 * L) {
            long at = from + 4L * i;
            FloatVector x0 = FloatVector.fromMemorySegment(F, x, at, LITTLE_ENDIAN);
            FloatVector x1 = FloatVector.fromMemorySegment(F, x, at + V, LITTLE_ENDIAN);
            max0 = max0.blend(x0, x0.compare(GT, max0));
            max1 = max1.blend(x1, x1.compare(GT, max1));
        }
        if (i < count) {
            FloatVector x0 = FloatVector.fromMemorySegment(F, x, from + 4L * i, LITTLE_ENDIAN);
            max0 = max0.blend(x0, x0.compare(GT, max0));
        }
        return max0.max(max1).reduceLanes(VectorOperators.MAX); // in any order the same
    }

    /** Replaces elements x by {@code e^(x - max)}. */
    static void exp(MemorySegment x, long from, int count, float max) {
        for (int i = 0; i < count; i += L) {
            FloatVector x0 = FloatVector.fromMemorySegment(F, x, from + 4L * i, LITTLE_ENDIAN);
            FloatVector difference = x0.sub(max); // below HIGHEST: it is at most 0
            FloatVector v = difference.blend(LOWEST, difference.compare(LT, LOWEST));
            FloatVector t =
                    v.fma(FloatVector.broadcast(F, LOG2_E), FloatVector.broadcast(F, ROUND));
            FloatVector n = t.sub(ROUND);
            FloatVector r = n.fma(FloatVector.broadcast(F, MINUS_LN2_HIGH), v);
            r = n.fma(FloatVector.broadcast(F, MINUS_LN2_LOW), r);
            FloatVector q = r.fma(FloatVector.broadcast(F, Q4), FloatVector.broadcast(F, Q3));
            q = q.fma(r, FloatVector.broadcast(F, Q2));
            q = q.fma(r, FloatVector.broadcast(F, Q1));
            q = q.fma(r, FloatVector.broadcast(F, Q0));
            FloatVector e =
                    q.mul(r)
                            .fma(r, r)
                            .add(1f)
                            .reinterpretAsInts()
                            .add(t.reinterpretAsInts().lanewise(LSHL, 23))
                            .reinterpretAsFloats();
            e.intoMemorySegment(x, from + 4L * i, LITTLE_ENDIAN);
        }
    }

    /**
     * The sum of the elements. Not formed beside the exponentials: in one of sixty JVMs C2 left the
     * vectors objects that fold the lanes at the end of so large a method.
     */
    static float sum(MemorySegment x, long from, int count) {
        FloatVector v = FloatVector.zero(F);
        for (int i = 0; i < count; i += L) {
            v = v.add(FloatVector.fromMemorySegment(F, x, from + 4L * i, LITTLE_ENDIAN));
        }
        if (L > 8) {
            v = v.add(v.rearrange(BY_8));
        }
        if (L > 4) {
            v = v.add(v.rearrange(BY_4));
        }
        v = v.add(v.rearrange(BY_2));
        return v.add(v.rearrange(BY_1)).lane(0);
    }
}
