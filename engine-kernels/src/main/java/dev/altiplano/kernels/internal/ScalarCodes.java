package dev.altiplano.kernels.internal;

import java.util.Arrays;

/** The loops in plain Java: what the vector loops are compared with, and their replacement. */
public final class ScalarCodes implements CodeLoops {
    @Override
    public void largest(Block b, float[] out) {
        Arrays.fill(out, 0, WIDTH, 0);
        for (int i = 0; i < b.count(); i++) {
            for (int j = 0; j < WIDTH; j++) {
                out[j] = Math.max(out[j], Math.abs(weight(b, i, j)));
            }
        }
    }

    @Override
    public void integerErrors(Block b, Integers type, float[] scales, float[] errors) {
        for (int j = 0; j < WIDTH; j++) {
            float inverse = 1 / scales[j];
            float sum = 0;
            for (int i = 0; i < b.count(); i++) {
                float w = weight(b, i, j);
                float error = Math.fma(nearest(w, inverse, type), scales[j], -w);
                sum = Math.fma(error, error, sum);
            }
            errors[j] = sum;
        }
    }

    @Override
    public void integerSums(
            Block b, Integers type, float[] scales, float[] products, float[] squares) {
        for (int j = 0; j < WIDTH; j++) {
            float inverse = 1 / scales[j];
            float product = 0;
            float square = 0;
            for (int i = 0; i < b.count(); i++) {
                float w = weight(b, i, j);
                float code = nearest(w, inverse, type);
                product = Math.fma(code, w, product);
                square = Math.fma(code, code, square);
            }
            products[j] = product;
            squares[j] = square;
        }
    }

    private static float nearest(float w, float inverse, Integers type) {
        int rounded = Float.floatToRawIntBits(Math.fma(w, inverse, ROUND));
        return Float.intBitsToFloat(clamp(rounded, type)) - ROUND;
    }

    private static int clamp(int rounded, Integers type) {
        return Math.min(
                Math.max(rounded, ROUND_BITS - type.limit()), ROUND_BITS + type.limit() - 1);
    }

    @Override
    public void integerCodes(Block b, Integers type, float[] scales, int[] words) {
        int mask = (1 << type.bits()) - 1;
        for (int i = 0; i < b.count(); i++) {
            for (int j = 0; j < WIDTH; j++) {
                float exact = weight(b, i, j) / scales[j];
                int rounded = clamp(Float.floatToRawIntBits(exact + ROUND), type);
                put(b, i, j, type.bits(), rounded - ROUND_BITS + type.bias() & mask, words);
            }
        }
    }

    @Override
    public void float4Errors(Block b, float[] scales, float[] errors) {
        for (int j = 0; j < WIDTH; j++) {
            float inverse = 1 / scales[j];
            float sum = 0;
            for (int i = 0; i < b.count(); i++) {
                float w = Math.abs(weight(b, i, j));
                float error = Math.fma(SmallFloats.roundE2m1(w * inverse), scales[j], -w);
                sum = Math.fma(error, error, sum);
            }
            errors[j] = sum;
        }
    }

    @Override
    public void float4Codes(Block b, float[] scales, int[] words) {
        for (int i = 0; i < b.count(); i++) {
            for (int j = 0; j < WIDTH; j++) {
                float w = weight(b, i, j);
                float rounded = SmallFloats.roundE2m1(Math.abs(w) / scales[j]);
                int sign = Float.floatToRawIntBits(w) >>> 28 & 8;
                put(b, i, j, 4, sign | SmallFloats.codeE2m1(rounded), words);
            }
        }
    }

    @Override
    public void float8Codes(Block b, float[] scales, int[] words) {
        for (int i = 0; i < b.count(); i++) {
            for (int j = 0; j < WIDTH; j++) {
                float w = weight(b, i, j);
                float rounded = SmallFloats.roundE4m3(Math.abs(w) / scales[j]);
                int sign = Float.floatToRawIntBits(w) >>> 24 & 0x80;
                put(b, i, j, 8, sign | SmallFloats.codeE4m3(rounded), words);
            }
        }
    }

    private static float weight(Block b, int i, int j) {
        return b.weights()[b.from() + i * WIDTH + j];
    }

    private static void put(Block b, int i, int j, int bits, int code, int[] words) {
        int perWord = 32 / bits;
        int input = b.first() + i;
        words[input / perWord * WIDTH + j] |= code << bits * (input % perWord);
    }
}
