package dev.altiplano.kernels.quantise;

import dev.altiplano.kernels.DType;
import dev.altiplano.kernels.internal.CodeLoops;
import dev.altiplano.kernels.internal.KernelSets;

import java.util.Arrays;

/**
 * Whole numbers of 4 or 8 bits, symmetric about 0, with one scale an output or one for each group
 * of inputs.
 *
 * <p>The scale of a group is the one whose codes have the smallest sum of squared errors: several
 * shares of the largest magnitude are tried, and from the best codes the scale that fits them best
 * follows by least squares. A smaller scale cuts the largest weights short and brings all others
 * nearer.
 *
 * @param dtype I8, I8_BIASED or I4_BIASED
 * @param group inputs that share a scale; at least their number: one scale an output
 * @param scaleType F32 or BF16
 */
public record IntegerCodec(DType dtype, int group, DType scaleType) implements WeightCodec {
    private static final int WIDTH = WeightStrip.WIDTH;

    /** Codes that the largest magnitude becomes, as multiples of half the range. */
    private static final float[] SHARES_OF_4_BITS = shares(0.94f, 1.5f, 0.04f);

    private static final float[] SHARES_OF_8_BITS = {1};
    private static final int REFINEMENTS = 2;

    /** Checks the types. */
    public IntegerCodec {
        Scale.requireStorable(scaleType);
        if (dtype != DType.I8 && dtype != DType.I8_BIASED && dtype != DType.I4_BIASED) {
            throw new IllegalArgumentException(dtype + " codes are no whole numbers");
        }
        if (group < 1) {
            throw new IllegalArgumentException("groups of %d inputs".formatted(group));
        }
    }

    private static float[] shares(float from, float to, float step) {
        float[] shares = new float[(int) ((to - from) / step) + 1];
        for (int i = 0; i < shares.length; i++) {
            shares[i] = from + i * step;
        }
        return shares;
    }

    /** Scratch of one call: a value for each output. */
    private static final class Search {
        final float[] largest = new float[WIDTH];
        final float[] scales = new float[WIDTH];
        final float[] errors = new float[WIDTH];
        final float[] best = new float[WIDTH];
        final float[] leastError = new float[WIDTH];
        final float[] products = new float[WIDTH];
        final float[] squares = new float[WIDTH];

        void keepBetter() {
            for (int j = 0; j < WIDTH; j++) {
                if (errors[j] < leastError[j]) {
                    leastError[j] = errors[j];
                    best[j] = scales[j];
                }
            }
        }
    }

    @Override
    public void encode(WeightStrip strip, CodedStrip out) {
        int groups = Math.ceilDiv(strip.inputs(), group);
        CodeLoops.Integers type = type();
        out.prepare(strip, type.bits(), groups, scaleType);
        Search search = new Search();
        for (int g = 0; g < groups; g++) {
            int first = g * group;
            CodeLoops.Block block = strip.block(first, Math.min(group, strip.inputs() - first));
            search(block, type, search);
            System.arraycopy(search.best, 0, out.scales, g * WIDTH, WIDTH);
            KernelSets.CODES.integerCodes(block, type, search.best, out.words);
        }
    }

    private CodeLoops.Integers type() {
        int limit = 1 << (dtype.bits() - 1);
        return new CodeLoops.Integers(limit, dtype == DType.I8 ? 0 : limit, dtype.bits());
    }

    private void search(CodeLoops.Block block, CodeLoops.Integers type, Search s) {
        KernelSets.CODES.largest(block, s.largest);
        float half = type.limit() - 0.5f;
        for (int j = 0; j < WIDTH; j++) {
            float largest = WeightStrip.requireFinite(s.largest[j], j);
            s.best[j] = Scale.stored(largest / half, scaleType); // stays if all errors overflow
        }
        Arrays.fill(s.leastError, Float.POSITIVE_INFINITY);
        for (float share : dtype.bits() == 4 ? SHARES_OF_4_BITS : SHARES_OF_8_BITS) {
            for (int j = 0; j < WIDTH; j++) {
                s.scales[j] = Scale.stored(s.largest[j] / (half * share), scaleType);
            }
            KernelSets.CODES.integerErrors(block, type, s.scales, s.errors);
            s.keepBetter();
        }
        for (int i = 0; i < REFINEMENTS && dtype.bits() == 4; i++) {
            KernelSets.CODES.integerSums(block, type, s.best, s.products, s.squares);
            for (int j = 0; j < WIDTH; j++) {
                float fitted = s.squares[j] > 0 ? s.products[j] / s.squares[j] : s.best[j];
                s.scales[j] = Scale.stored(fitted, scaleType);
            }
            KernelSets.CODES.integerErrors(block, type, s.scales, s.errors);
            s.keepBetter();
        }
    }

    @Override
    public boolean isNear(float weight, float decoded, float scale) {
        float error = Math.abs(weight - decoded);
        if (error <= scale / 2 * Scale.TOLERANCE) {
            return true;
        }
        float last = (type().limit() - 1) * scale; // beyond it weights are cut short
        float code = Math.abs(decoded) * Scale.TOLERANCE;
        return code >= last && Math.abs(weight) <= 2 * code && error <= Math.abs(weight) / 2;
    }
}
