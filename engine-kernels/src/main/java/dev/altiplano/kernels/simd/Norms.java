package dev.altiplano.kernels.simd;

import static dev.altiplano.kernels.internal.Erf.END;
import static dev.altiplano.kernels.internal.Erf.P0;
import static dev.altiplano.kernels.internal.Erf.P1;
import static dev.altiplano.kernels.internal.Erf.P2;
import static dev.altiplano.kernels.internal.Erf.P3;
import static dev.altiplano.kernels.internal.Erf.P4;
import static dev.altiplano.kernels.internal.Erf.P5;
import static dev.altiplano.kernels.internal.Erf.Q1;
import static dev.altiplano.kernels.internal.Erf.Q2;
import static dev.altiplano.kernels.internal.Erf.Q3;
import static dev.altiplano.kernels.internal.Erf.Q4;
import static dev.altiplano.kernels.internal.Erf.Q5;
import static dev.altiplano.kernels.internal.Erf.SQRT_HALF;

import dev.altiplano.kernels.internal.Erf;
import dev.altiplano.kernels.internal.KernelSet;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/** The element-wise loops of an image tower, on vectors and then element by element. */
final class Norms {
    private static final VectorSpecies<Float> F = FloatVector.SPECIES_PREFERRED;
    private static final int L = F.length();

    // Rotations by half a vector, a quarter, ...: they fold the lanes in the same order on every
    // tier.
    private static final VectorShuffle<Float> BY_8 = VectorShuffle.fromOp(F, i -> (i + 8) % L);
    private static final VectorShuffle<Float> BY_4 = VectorShuffle.fromOp(F, i -> (i + 4) % L);
    private static final VectorShuffle<Float> BY_2 = VectorShuffle.fromOp(F, i -> (i + 2) % L);
    private static final VectorShuffle<Float> BY_1 = VectorShuffle.fromOp(F, i -> (i + 1) % L);

    private Norms() {}

    static float sum(float[] x, int from, int count) {
        int whole = F.loopBound(count);
        FloatVector a = FloatVector.zero(F);
        FloatVector b = FloatVector.zero(F);
        int i = 0;
        for (; i + 2 * L <= whole; i += 2 * L) {
            a = a.add(FloatVector.fromArray(F, x, from + i));
            b = b.add(FloatVector.fromArray(F, x, from + i + L));
        }
        if (i < whole) {
            a = a.add(FloatVector.fromArray(F, x, from + i));
        }
        FloatVector v = a.add(b);
        if (L > 8) {
            v = v.add(v.rearrange(BY_8));
        }
        if (L > 4) {
            v = v.add(v.rearrange(BY_4));
        }
        v = v.add(v.rearrange(BY_2));
        float sum = v.add(v.rearrange(BY_1)).lane(0);
        for (i = from + whole; i < from + count; i++) {
            sum += x[i];
        }
        return sum;
    }

    static float sumOfSquares(float[] x, int from, int count, float mean) {
        int whole = F.loopBound(count);
        FloatVector a = FloatVector.zero(F);
        FloatVector b = FloatVector.zero(F);
        int i = 0;
        for (; i + 2 * L <= whole; i += 2 * L) {
            FloatVector v0 = FloatVector.fromArray(F, x, from + i).sub(mean);
            FloatVector v1 = FloatVector.fromArray(F, x, from + i + L).sub(mean);
            a = v0.fma(v0, a);
            b = v1.fma(v1, b);
        }
        if (i < whole) {
            FloatVector last = FloatVector.fromArray(F, x, from + i).sub(mean);
            a = last.fma(last, a);
        }
        FloatVector v = a.add(b);
        if (L > 8) {
            v = v.add(v.rearrange(BY_8));
        }
        if (L > 4) {
            v = v.add(v.rearrange(BY_4));
        }
        v = v.add(v.rearrange(BY_2));
        float sum = v.add(v.rearrange(BY_1)).lane(0);
        for (i = from + whole; i < from + count; i++) {
            float distance = x[i] - mean;
            sum = Math.fma(distance, distance, sum);
        }
        return sum;
    }

    /** See {@link KernelSet#shiftAndScale}. */
    static void shiftAndScale(
            float[] x,
            int from,
            float mean,
            float factor,
            float[] affine,
            float[] out,
            int at,
            int count) {
        int i = 0;
        for (; i < F.loopBound(count); i += L) {
            FloatVector.fromArray(F, x, from + i)
                    .sub(mean)
                    .mul(factor)
                    .fma(
                            FloatVector.fromArray(F, affine, i),
                            FloatVector.fromArray(F, affine, count + i))
                    .intoArray(out, at + i);
        }
        for (; i < count; i++) {
            out[at + i] = Math.fma((x[from + i] - mean) * factor, affine[i], affine[count + i]);
        }
    }

    static void gelu(float[] x, int from, int count) {
        int end = from + F.loopBound(count);
        for (int i = from; i < end; i += L) {
            FloatVector v = FloatVector.fromArray(F, x, i);
            FloatVector z = v.mul(SQRT_HALF).min(END).max(-END);
            FloatVector u = z.mul(z);
            FloatVector p = u.fma(FloatVector.broadcast(F, P5), FloatVector.broadcast(F, P4));
            p = u.fma(p, FloatVector.broadcast(F, P3));
            p = u.fma(p, FloatVector.broadcast(F, P2));
            p = u.fma(p, FloatVector.broadcast(F, P1));
            p = u.fma(p, FloatVector.broadcast(F, P0));
            FloatVector q = u.fma(FloatVector.broadcast(F, Q5), FloatVector.broadcast(F, Q4));
            q = u.fma(q, FloatVector.broadcast(F, Q3));
            q = u.fma(q, FloatVector.broadcast(F, Q2));
            q = u.fma(q, FloatVector.broadcast(F, Q1));
            q = u.fma(q, FloatVector.broadcast(F, 1f));
            FloatVector erf = z.mul(p).div(q).min(1f).max(-1f);
            FloatVector half = v.mul(0.5f);
            half.fma(erf, half).intoArray(x, i);
        }
        for (int i = end; i < from + count; i++) {
            x[i] = Erf.gelu(x[i]);
        }
    }
}
