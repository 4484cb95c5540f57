package dev.altiplano.loader;

/**
 * Sharpens the queries of layers without position encoding in long contexts: {@code t(p) = 1 +
 * scale * ln(1 + floor((p + 1) / interval))}.
 *
 * <p>Source: {@code Llama4TextAttention.forward} in Hugging Face transformers, {@code
 * Attention.forward} in Meta's {@code models/llama4/model.py}.
 *
 * @param interval positions per step of the logarithm, {@code floor_scale}; at least 1
 * @param scale weight of the logarithm, {@code attn_scale}; 0 switches it off, which is also how
 *     {@code attn_temperature_tuning: false} is expressed
 */
public record AttentionTemperature(int interval, float scale) {
    /** Checks the ranges. */
    public AttentionTemperature {
        if (interval < 1) {
            throw new IllegalArgumentException(
                    "floor_scale is %d, expected 1 or more".formatted(interval));
        }
        if (!(scale >= 0 && scale < Float.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException(
                    "attn_scale is %s, expected 0 or more".formatted(scale));
        }
    }

    /**
     * The factor for the query at {@code position}, counted from 0: exactly 1 up to position {@code
     * interval - 2}, growing without bound after that. Each operation is rounded to FP32, as in the
     * reference.
     */
    public float at(long position) {
        long steps = (position + 1) / interval;
        return (float) StrictMath.log1p((double) steps) * scale + 1;
    }
}
