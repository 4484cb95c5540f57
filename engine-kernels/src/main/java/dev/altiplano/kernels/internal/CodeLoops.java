package dev.altiplano.kernels.internal;

import dev.altiplano.kernels.simd.VectorCodes;

/**
 * Loops that turn weights into codes. Weights lie {@code [inputs][WIDTH]}, one column an output,
 * and every column is computed as if it were alone: all implementations give the same bits.
 */
public sealed interface CodeLoops permits ScalarCodes, VectorCodes {
    /** Outputs that are encoded side by side; a multiple of every vector length. */
    int WIDTH = 64;

    /**
     * Added to a number below 2^22 it leaves that number, rounded to the nearest, ties to even, in
     * the low bits of the sum.
     */
    float ROUND = 0x1.8p23f;

    /** Bits of {@link #ROUND}. */
    int ROUND_BITS = 0x4B40_0000;

    /** Inputs that share a scale, one scale an output. */
    final class Block {
        private final float[] weights;
        private final int first;
        private final int count;

        /**
         * Some inputs of a strip.
         *
         * @param weights {@code [inputs][WIDTH]}
         * @param first input
         * @param count of inputs
         */
        public Block(float[] weights, int first, int count) {
            this.weights = weights;
            this.first = first;
            this.count = count;
        }

        /** All weights of the strip. */
        public float[] weights() {
            return weights;
        }

        /** The first input. */
        public int first() {
            return first;
        }

        /** How many inputs. */
        public int count() {
            return count;
        }

        /** Index of the first weight. */
        public int from() {
            return first * WIDTH;
        }
    }

    /**
     * Whole numbers from {@code -limit} to {@code limit - 1}, stored plus {@code bias}.
     *
     * @param bits 4 or 8; so many share a word
     */
    record Integers(int limit, int bias, int bits) {}

    /** {@code out[j] =} the largest magnitude of column j. */
    void largest(Block b, float[] out);

    /** {@code errors[j] =} the sum of the squares of what rounding to whole numbers costs. */
    void integerErrors(Block b, Integers type, float[] scales, float[] errors);

    /**
     * With q the codes that the scales lead to: {@code products[j] = sum of w q}, {@code squares[j]
     * = sum of q q}.
     */
    void integerSums(Block b, Integers type, float[] scales, float[] products, float[] squares);

    /** Adds codes to words {@code [inputs / codes in a word][WIDTH]} that hold 0 at their place. */
    void integerCodes(Block b, Integers type, float[] scales, int[] words);

    /** As {@link #integerErrors} for E2M1. */
    void float4Errors(Block b, float[] scales, float[] errors);

    /** As {@link #integerCodes} for E2M1, eight in a word. */
    void float4Codes(Block b, float[] scales, int[] words);

    /** As {@link #integerCodes} for E4M3, four in a word. */
    void float8Codes(Block b, float[] scales, int[] words);
}
