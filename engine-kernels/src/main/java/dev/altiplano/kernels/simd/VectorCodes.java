package dev.altiplano.kernels.simd;

import static dev.altiplano.kernels.internal.SmallFloats.E2M1_LARGEST;
import static dev.altiplano.kernels.internal.SmallFloats.E2M1_LEAST;
import static dev.altiplano.kernels.internal.SmallFloats.E2M1_ROUND;
import static dev.altiplano.kernels.internal.SmallFloats.E4M3_LARGEST;
import static dev.altiplano.kernels.internal.SmallFloats.E4M3_LEAST;
import static dev.altiplano.kernels.internal.SmallFloats.E4M3_ROUND;
import static dev.altiplano.kernels.internal.SmallFloats.EXPONENT;
import static dev.altiplano.kernels.internal.SmallFloats.MAGNITUDE;

import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LSHR;

import dev.altiplano.kernels.internal.CodeLoops;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The loops on vectors, one lane an output. Clamping is done on the bits: a minimum of floats takes
 * five instructions, one of integers takes one.
 */
public final class VectorCodes implements CodeLoops {
    private static final VectorSpecies<Float> F = FloatVector.SPECIES_PREFERRED;
    private static final VectorSpecies<Integer> I = F.withLanes(int.class);
    private static final int L = F.length();

    @Override
    public void largest(Block b, float[] out) {
        float[] w = b.weights();
        for (int j = 0; j < WIDTH; j += L) {
            IntVector most = IntVector.zero(I);
            int end = b.from() + b.count() * WIDTH;
            for (int at = b.from() + j; at < end; at += WIDTH) {
                most = most.max(magnitude(FloatVector.fromArray(F, w, at)));
            }
            most.reinterpretAsFloats().intoArray(out, j);
        }
    }

    /** As bits, which are ordered like the numbers. */
    private static IntVector magnitude(FloatVector v) {
        return v.reinterpretAsInts().and(MAGNITUDE);
    }

    @Override
    public void integerErrors(Block b, Integers type, float[] scales, float[] errors) {
        float[] w = b.weights();
        int low = ROUND_BITS - type.limit();
        int high = ROUND_BITS + type.limit() - 1;
        int end = b.from() + b.count() * WIDTH;
        for (int j = 0; j < WIDTH; j += L) {
            FloatVector scale = FloatVector.fromArray(F, scales, j);
            FloatVector inverse = FloatVector.broadcast(F, 1).div(scale);
            FloatVector sum = FloatVector.zero(F);
            for (int at = b.from() + j; at < end; at += WIDTH) {
                FloatVector v = FloatVector.fromArray(F, w, at);
                FloatVector error = nearest(v, inverse, low, high).fma(scale, v.neg());
                sum = error.fma(error, sum);
            }
            sum.intoArray(errors, j);
        }
    }

    @Override
    public void integerSums(
            Block b, Integers type, float[] scales, float[] products, float[] squares) {
        float[] w = b.weights();
        int low = ROUND_BITS - type.limit();
        int high = ROUND_BITS + type.limit() - 1;
        int end = b.from() + b.count() * WIDTH;
        for (int j = 0; j < WIDTH; j += L) {
            FloatVector scale = FloatVector.fromArray(F, scales, j);
            FloatVector inverse = FloatVector.broadcast(F, 1).div(scale);
            FloatVector product = FloatVector.zero(F);
            FloatVector square = FloatVector.zero(F);
            for (int at = b.from() + j; at < end; at += WIDTH) {
                FloatVector v = FloatVector.fromArray(F, w, at);
                FloatVector code = nearest(v, inverse, low, high);
                product = code.fma(v, product);
                square = code.fma(code, square);
            }
            product.intoArray(products, j);
            square.intoArray(squares, j);
        }
    }

    private static FloatVector nearest(FloatVector v, FloatVector inverse, int low, int high) {
        return v.fma(inverse, FloatVector.broadcast(F, ROUND))
                .reinterpretAsInts()
                .max(low)
                .min(high)
                .reinterpretAsFloats()
                .sub(ROUND);
    }

    @Override
    public void integerCodes(Block b, Integers type, float[] scales, int[] words) {
        float[] w = b.weights();
        int low = ROUND_BITS - type.limit();
        int high = ROUND_BITS + type.limit() - 1;
        int mask = (1 << type.bits()) - 1;
        int perWord = 32 / type.bits();
        for (int j = 0; j < WIDTH; j += L) {
            FloatVector scale = FloatVector.fromArray(F, scales, j);
            for (int i = b.first(); i < b.first() + b.count(); i++) {
                IntVector rounded =
                        FloatVector.fromArray(F, w, i * WIDTH + j)
                                .div(scale)
                                .add(ROUND)
                                .reinterpretAsInts()
                                .max(low)
                                .min(high);
                IntVector code = rounded.sub(ROUND_BITS - type.bias()).and(mask);
                put(code, type.bits() * (i % perWord), words, i / perWord * WIDTH + j);
            }
        }
    }

    @Override
    public void float4Errors(Block b, float[] scales, float[] errors) {
        float[] w = b.weights();
        int end = b.from() + b.count() * WIDTH;
        for (int j = 0; j < WIDTH; j += L) {
            FloatVector scale = FloatVector.fromArray(F, scales, j);
            FloatVector inverse = FloatVector.broadcast(F, 1).div(scale);
            FloatVector sum = FloatVector.zero(F);
            for (int at = b.from() + j; at < end; at += WIDTH) {
                FloatVector v = magnitude(FloatVector.fromArray(F, w, at)).reinterpretAsFloats();
                FloatVector error =
                        round(v.mul(inverse), E2M1_LEAST, E2M1_ROUND, E2M1_LARGEST)
                                .reinterpretAsFloats()
                                .fma(scale, v.neg());
                sum = error.fma(error, sum);
            }
            sum.intoArray(errors, j);
        }
    }

    @Override
    public void float4Codes(Block b, float[] scales, int[] words) {
        float[] w = b.weights();
        for (int j = 0; j < WIDTH; j += L) {
            FloatVector scale = FloatVector.fromArray(F, scales, j);
            for (int i = b.first(); i < b.first() + b.count(); i++) {
                FloatVector v = FloatVector.fromArray(F, w, i * WIDTH + j);
                IntVector bits =
                        round(
                                magnitude(v).reinterpretAsFloats().div(scale),
                                E2M1_LEAST,
                                E2M1_ROUND,
                                E2M1_LARGEST);
                IntVector code = bits.lanewise(LSHR, 22).sub(252).max(bits.min(1));
                IntVector sign = v.reinterpretAsInts().lanewise(LSHR, 28).and(8);
                put(code.or(sign), 4 * (i % 8), words, i / 8 * WIDTH + j);
            }
        }
    }

    @Override
    public void float8Codes(Block b, float[] scales, int[] words) {
        float[] w = b.weights();
        for (int j = 0; j < WIDTH; j += L) {
            FloatVector scale = FloatVector.fromArray(F, scales, j);
            for (int i = b.first(); i < b.first() + b.count(); i++) {
                FloatVector v = FloatVector.fromArray(F, w, i * WIDTH + j);
                IntVector bits =
                        round(
                                magnitude(v).reinterpretAsFloats().div(scale),
                                E4M3_LEAST,
                                E4M3_ROUND,
                                E4M3_LARGEST);
                IntVector normal = bits.lanewise(LSHR, 20).sub(120 << 3);
                IntVector small =
                        bits.reinterpretAsFloats()
                                .add(0x1p-6f)
                                .reinterpretAsInts()
                                .lanewise(LSHR, 20)
                                .sub(121 << 3);
                IntVector sign = v.reinterpretAsInts().lanewise(LSHR, 24).and(0x80);
                put(normal.max(small).or(sign), 8 * (i % 4), words, i / 4 * WIDTH + j);
            }
        }
    }

    /** Bits of the nearest small float: see SmallFloats. */
    private static IntVector round(FloatVector magnitude, int least, int round, int largest) {
        FloatVector magic =
                magnitude
                        .reinterpretAsInts()
                        .and(EXPONENT)
                        .max(least)
                        .add(round)
                        .reinterpretAsFloats();
        return magnitude.add(magic).sub(magic).reinterpretAsInts().min(largest);
    }

    private static void put(IntVector code, int shift, int[] words, int at) {
        IntVector.fromArray(I, words, at).or(code.lanewise(LSHL, shift)).intoArray(words, at);
    }
}
