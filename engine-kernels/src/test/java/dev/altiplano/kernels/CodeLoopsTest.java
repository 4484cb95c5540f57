package dev.altiplano.kernels;

import static org.assertj.core.api.Assertions.assertThat;

import dev.altiplano.kernels.internal.CodeLoops;
import dev.altiplano.kernels.internal.CodeLoops.Block;
import dev.altiplano.kernels.internal.CodeLoops.Integers;
import dev.altiplano.kernels.internal.KernelSets;
import dev.altiplano.kernels.internal.ScalarCodes;
import dev.altiplano.kernels.internal.SmallFloats;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.Arrays;

/** Rounding to small types: the same bits with and without vectors, and the nearest code always. */
class CodeLoopsTest {
    private static final int WIDTH = CodeLoops.WIDTH;
    private static final Integers INT4 = new Integers(8, 8, 4);
    private static final Integers INT8 = new Integers(128, 0, 8);
    private static final float[] E2M1 = {0, 0.5f, 1, 1.5f, 2, 3, 4, 6};

    private final Seed seed = new Seed();

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 7, 8, 16, 17, 33, 128})
    void vectorAndScalarLoopsGiveTheSameBits(int count) {
        float[] weights = new float[(count + 3) * WIDTH];
        for (int i = 0; i < weights.length; i++) {
            weights[i] = seed.below(9) == 0 ? 0 : seed.next() * Math.scalb(1f, -seed.below(9));
        }
        float[] scales = new float[WIDTH];
        for (int j = 0; j < WIDTH; j++) {
            scales[j] = (1 + seed.next() / 2) / (1 << seed.below(10));
        }
        Block block = new Block(weights, 3, count);

        assertThat(run(KernelSets.CODES, block, scales))
                .as(seed.hint())
                .isDeepEqualTo(run(new ScalarCodes(), block, scales));
    }

    /** Results of all loops: floats as their bits. */
    private static int[][] run(CodeLoops loops, Block block, float[] scales) {
        float[][] floats = new float[5][WIDTH];
        loops.largest(block, floats[0]);
        loops.integerErrors(block, INT4, scales, floats[1]);
        loops.integerSums(block, INT4, scales, floats[2], floats[3]);
        loops.float4Errors(block, scales, floats[4]);
        int[][] all = new int[9][];
        for (int k = 0; k < 5; k++) {
            all[k] = new int[WIDTH];
            for (int j = 0; j < WIDTH; j++) {
                all[k][j] = Float.floatToRawIntBits(floats[k][j]);
            }
        }
        int words = (block.first() + block.count()) * WIDTH;
        for (int k = 5; k < 9; k++) {
            all[k] = new int[words];
        }
        loops.integerCodes(block, INT4, scales, all[5]);
        loops.integerCodes(block, INT8, scales, all[6]);
        loops.float4Codes(block, scales, all[7]);
        loops.float8Codes(block, scales, all[8]);
        return all;
    }

    @Test
    void everyE2m1MagnitudeIsTheNearest() {
        for (int i = 0; i <= 4 * 700; i++) {
            float x = i / 400f;

            float rounded = SmallFloats.roundE2m1(x);

            assertThat(rounded).as("%s", x).isEqualTo(nearest(x, E2M1));
            assertThat(E2M1[SmallFloats.codeE2m1(rounded)]).isEqualTo(rounded);
        }
    }

    @Test
    void everyE4m3MagnitudeIsTheNearest() {
        float[] all = new float[0x7F];
        for (int code = 0; code < all.length; code++) {
            all[code] = Seed.e4m3((byte) code);
            assertThat(SmallFloats.codeE4m3(all[code])).isEqualTo(code);
        }
        for (int code = 0; code + 1 < all.length; code++) {
            for (int part = 0; part < 8; part++) { // the middle is one of them
                float x = all[code] + (all[code + 1] - all[code]) * part / 8;
                assertThat(SmallFloats.roundE4m3(x)).as("%s", x).isEqualTo(nearest(x, all));
            }
        }
        assertThat(SmallFloats.roundE4m3(449)).isEqualTo(448);
        assertThat(SmallFloats.roundE4m3(1e30f)).isEqualTo(448);
    }

    /** By trying all; of two equally near ones, the one with the even code. */
    private static float nearest(float x, float[] all) {
        int best = 0;
        for (int code = 1; code < all.length; code++) {
            float better = Math.abs(x - all[best]) - Math.abs(x - all[code]);
            if (better > 0 || (better == 0 && code % 2 == 0)) {
                best = code;
            }
        }
        return all[best];
    }

    @Test
    void wholeNumbersAreRoundedToEvenAndCutShort() {
        float[] weights = new float[WIDTH];
        float[] given = {0.5f, 1.5f, -0.5f, -1.5f, 7.4f, 7.6f, 100, -8.4f, -8.6f, -100};
        int[] expected = {0, 2, 0, -2, 7, 7, 7, -8, -8, -8};
        System.arraycopy(given, 0, weights, 0, given.length);
        float[] scales = new float[WIDTH];
        Arrays.fill(scales, 1);
        int[] words = new int[WIDTH];

        KernelSets.CODES.integerCodes(new Block(weights, 0, 1), INT4, scales, words);

        for (int j = 0; j < given.length; j++) {
            assertThat(words[j]).as("%s", given[j]).isEqualTo(expected[j] + 8);
        }
    }
}
