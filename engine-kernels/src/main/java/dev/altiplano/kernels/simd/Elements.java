package dev.altiplano.kernels.simd;

import static dev.altiplano.kernels.internal.Exp.HIGHEST;
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

import static jdk.incubator.vector.VectorOperators.LSHL;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/** Element-wise loops; counts are multiples of the vector length. */
final class Elements {
    private static final VectorSpecies<Float> F = FloatVector.SPECIES_PREFERRED;
    private static final int L = F.length();

    /** Exchanges the elements of each pair. */
    private static final VectorShuffle<Float> SWAP = VectorShuffle.fromOp(F, i -> i ^ 1);

    // Rotations by half a vector, a quarter, ...: they fold the lanes in the same order on every
    // tier.
    private static final VectorShuffle<Float> BY_8 = VectorShuffle.fromOp(F, i -> (i + 8) % L);
    private static final VectorShuffle<Float> BY_4 = VectorShuffle.fromOp(F, i -> (i + 4) % L);
    private static final VectorShuffle<Float> BY_2 = VectorShuffle.fromOp(F, i -> (i + 2) % L);
    private static final VectorShuffle<Float> BY_1 = VectorShuffle.fromOp(F, i -> (i + 1) % L);

    private Elements() {}

    /** Adds the lanes that lie at {@code from}; reduceLanes may change its order when compiled. */
    static float sumOfLanes(float[] lanes, int from) {
        FloatVector v = FloatVector.fromArray(F, lanes, from);
        if (L > 8) {
            v = v.add(v.rearrange(BY_8));
        }
        if (L > 4) {
            v = v.add(v.rearrange(BY_4));
        }
        v = v.add(v.rearrange(BY_2));
        return v.add(v.rearrange(BY_1)).lane(0);
    }

    static float sumOfSquares(float[] x, int from, int count) {
        FloatVector a = FloatVector.zero(F);
        FloatVector b = FloatVector.zero(F);
        int i = 0;
        for (; i + 2 * L <= count; i += 2 * L) {
            FloatVector v0 = FloatVector.fromArray(F, x, from + i);
            FloatVector v1 = FloatVector.fromArray(F, x, from + i + L);
            a = v0.fma(v0, a);
            b = v1.fma(v1, b);
        }
        if (i < count) {
            FloatVector v = FloatVector.fromArray(F, x, from + i);
            a = v.fma(v, a);
        }
        FloatVector v = a.add(b);
        if (L > 8) {
            v = v.add(v.rearrange(BY_8));
        }
        if (L > 4) {
            v = v.add(v.rearrange(BY_4));
        }
        v = v.add(v.rearrange(BY_2));
        return v.add(v.rearrange(BY_1)).lane(0);
    }

    static void scaleBy(
            float[] x, int from, float factor, float[] weight, float[] out, int at, int count) {
        for (int i = 0; i < count; i += L) {
            FloatVector.fromArray(F, x, from + i)
                    .mul(factor)
                    .mul(FloatVector.fromArray(F, weight, i))
                    .intoArray(out, at + i);
        }
    }

    static void scale(float[] x, int from, int count, float factor) {
        for (int i = from; i < from + count; i += L) {
            FloatVector.fromArray(F, x, i).mul(factor).intoArray(x, i);
        }
    }

    static void add(float[] x, int from, float[] delta, int at, int count) {
        for (int i = 0; i < count; i += L) {
            FloatVector.fromArray(F, x, from + i)
                    .add(FloatVector.fromArray(F, delta, at + i))
                    .intoArray(x, from + i);
        }
    }

    static void rotate(float[] x, int from, int count, float[] cos, float[] sin, int table) {
        for (int i = 0; i < count; i += L) {
            FloatVector v = FloatVector.fromArray(F, x, from + i);
            v.rearrange(SWAP)
                    .fma(
                            FloatVector.fromArray(F, sin, table + i),
                            v.mul(FloatVector.fromArray(F, cos, table + i)))
                    .intoArray(x, from + i);
        }
    }

    static void swiGlu(float[] x, int gate, int up, float[] out, int at, int count) {
        for (int i = 0; i < count; i += L) {
            FloatVector g = FloatVector.fromArray(F, x, gate + i);
            FloatVector v = g.neg().max(LOWEST).min(HIGHEST);
            FloatVector t =
                    v.fma(FloatVector.broadcast(F, LOG2_E), FloatVector.broadcast(F, ROUND));
            FloatVector n = t.sub(ROUND);
            FloatVector r = n.fma(FloatVector.broadcast(F, MINUS_LN2_HIGH), v);
            r = n.fma(FloatVector.broadcast(F, MINUS_LN2_LOW), r);
            FloatVector q = r.fma(FloatVector.broadcast(F, Q4), FloatVector.broadcast(F, Q3));
            q = q.fma(r, FloatVector.broadcast(F, Q2));
            q = q.fma(r, FloatVector.broadcast(F, Q1));
            q = q.fma(r, FloatVector.broadcast(F, Q0));
            FloatVector p = q.mul(r).fma(r, r).add(1f);
            FloatVector e =
                    p.reinterpretAsInts()
                            .add(t.reinterpretAsInts().lanewise(LSHL, 23))
                            .reinterpretAsFloats();
            g.div(e.add(1f)).mul(FloatVector.fromArray(F, x, up + i)).intoArray(out, at + i);
        }
    }
}
