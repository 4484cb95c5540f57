package dev.altiplano.kernels.quantise;

import dev.altiplano.kernels.DType;
import dev.altiplano.kernels.internal.CodeLoops;
import dev.altiplano.kernels.internal.KernelSets;
import dev.altiplano.kernels.internal.SmallFloats;
import dev.altiplano.kernels.internal.Weights;

import java.util.Arrays;

/**
 * E2M1 codes with an E4M3 scale for each group of {@value #GROUP} inputs and one FP32 number for
 * all: {@code W = code * scale / global}.
 *
 * <p>The scale of a group is the one of its neighbourhood whose codes have the smallest sum of
 * squared errors: from a little less than what makes the largest magnitude 6 to what makes it 4,
 * because the steps of E2M1 are finest below 2.
 *
 * @param global FP32, larger than 0
 */
public record Float4Codec(float global) implements WeightCodec {
    /** Inputs that share a scale. */
    public static final int GROUP = 16;

    private static final int WIDTH = WeightStrip.WIDTH;
    private static final float LARGEST = 6;
    private static final float LARGEST_SCALE = 448;

    /** Largest weight of a matrix of zeros: any number does. */
    private static final float INSTEAD_OF_ZERO = 1;

    /** Scales that are tried, counted from the one for 6. */
    private static final int FIRST = -2;

    private static final int LAST = 5;

    /** Checks the number. */
    public Float4Codec {
        if (!(global > 0) || Float.isInfinite(global)) {
            throw new IllegalArgumentException(
                    "a global scale of %s, expected a finite number above 0".formatted(global));
        }
    }

    /**
     * The codec of a matrix: its largest scale becomes 448.
     *
     * @param largest magnitude of its weights
     */
    public static Float4Codec forLargest(float largest) {
        float safe = Math.max(largest, Float.MIN_NORMAL * LARGEST * LARGEST_SCALE);
        return new Float4Codec(LARGEST * LARGEST_SCALE / (largest == 0 ? INSTEAD_OF_ZERO : safe));
    }

    @Override
    public DType dtype() {
        return DType.F4_E2M1;
    }

    @Override
    public DType scaleType() {
        return DType.F8_E4M3;
    }

    /**
     * @throws IllegalArgumentException if a weight is no finite number, or the inputs are no whole
     *     groups
     */
    @Override
    public void encode(WeightStrip strip, CodedStrip out) {
        if (strip.inputs() % GROUP != 0) {
            throw new IllegalArgumentException(
                    "%d inputs, expected a multiple of %d".formatted(strip.inputs(), GROUP));
        }
        int groups = strip.inputs() / GROUP;
        out.prepare(strip, 4, groups, DType.F8_E4M3);
        Search search = new Search();
        for (int g = 0; g < groups; g++) {
            CodeLoops.Block block = strip.block(g * GROUP, GROUP);
            search(block, search);
            for (int j = 0; j < WIDTH; j++) {
                out.scales[g * WIDTH + j] = Weights.e4m3((byte) search.best[j]);
                search.factors[j] = factor(search.best[j]);
            }
            KernelSets.CODES.float4Codes(block, search.factors, out.words);
        }
    }

    /** Scratch of one call: a value for each output. */
    private static final class Search {
        final float[] largest = new float[WIDTH];
        final int[] first = new int[WIDTH];
        final int[] tried = new int[WIDTH];
        final float[] factors = new float[WIDTH];
        final float[] errors = new float[WIDTH];
        final float[] leastError = new float[WIDTH];
        final int[] best = new int[WIDTH];
    }

    private void search(CodeLoops.Block block, Search s) {
        KernelSets.CODES.largest(block, s.largest);
        for (int j = 0; j < WIDTH; j++) {
            float scale = WeightStrip.requireFinite(s.largest[j], j) / LARGEST * global;
            s.first[j] = SmallFloats.codeE4m3(SmallFloats.roundE4m3(scale));
            s.best[j] = Math.max(1, s.first[j]); // stays if all errors overflow
        }
        Arrays.fill(s.leastError, Float.POSITIVE_INFINITY);
        for (int step = FIRST; step <= LAST; step++) {
            for (int j = 0; j < WIDTH; j++) {
                s.tried[j] = Math.clamp(s.first[j] + step, 1, 0x7E); // neither 0 nor NaN
                s.factors[j] = factor(s.tried[j]);
            }
            KernelSets.CODES.float4Errors(block, s.factors, s.errors);
            for (int j = 0; j < WIDTH; j++) {
                if (s.errors[j] < s.leastError[j]) {
                    s.leastError[j] = s.errors[j];
                    s.best[j] = s.tried[j];
                }
            }
        }
    }

    /** What a code is multiplied by, to the bit as {@code Scales.scaled} has it. */
    private float factor(int scaleCode) {
        return (float) (Weights.e4m3((byte) scaleCode) * (1 / (double) global));
    }

    @Override
    public boolean isNear(float weight, float decoded, float scale) {
        float step = Math.max(Math.abs(weight), scale) / 4; // half of the last place
        return Math.abs(weight - decoded) <= step * Scale.TOLERANCE;
    }
}
