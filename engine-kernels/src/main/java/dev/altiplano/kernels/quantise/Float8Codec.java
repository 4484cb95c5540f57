package dev.altiplano.kernels.quantise;

import dev.altiplano.kernels.DType;
import dev.altiplano.kernels.internal.KernelSets;

/**
 * E4M3 codes with one scale an output: the largest magnitude becomes 448. Floats have the same
 * relative error everywhere, so there is no better scale to look for.
 *
 * @param scaleType F32 or BF16
 */
public record Float8Codec(DType scaleType) implements WeightCodec {
    private static final float LARGEST = 448;

    /** Checks the type of the scales. */
    public Float8Codec {
        Scale.requireStorable(scaleType);
    }

    @Override
    public DType dtype() {
        return DType.F8_E4M3;
    }

    @Override
    public void encode(WeightStrip strip, CodedStrip out) {
        out.prepare(strip, 8, 1, scaleType);
        KernelSets.CODES.largest(strip.block(0, strip.inputs()), out.scales);
        for (int j = 0; j < WeightStrip.WIDTH; j++) {
            float largest = WeightStrip.requireFinite(out.scales[j], j);
            out.scales[j] = Scale.stored(largest / LARGEST, scaleType);
        }
        KernelSets.CODES.float8Codes(strip.block(0, strip.inputs()), out.scales, out.words);
    }

    @Override
    public boolean isNear(float weight, float decoded, float scale) {
        float step = Math.max(Math.abs(weight) / 16, scale * 0x1p-10f); // half of the last place
        return Math.abs(weight - decoded) <= step * Scale.TOLERANCE;
    }
}
