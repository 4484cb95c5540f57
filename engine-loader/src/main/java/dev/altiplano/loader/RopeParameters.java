package dev.altiplano.loader;

import java.util.Optional;

/**
 * How queries and keys of rotary layers turn with their position: pair {@code j} of a head by
 * {@code position * frequency[j]}.
 *
 * @param theta base of the frequencies, {@code rope_theta}; above 0
 * @param scaling how long wavelengths are stretched; empty for {@code rope_type: "default"}
 */
public record RopeParameters(double theta, Optional<Llama3Scaling> scaling) {
    /** Checks the range of {@code theta}. */
    public RopeParameters {
        if (!(theta > 0 && theta <= Float.MAX_VALUE)) {
            throw new IllegalArgumentException(
                    "rope_theta is %s, expected a number above 0".formatted(theta));
        }
    }

    /**
     * {@code theta^(-2j / headDim)}, scaled, in radians per position.
     *
     * <p>Source: {@code _compute_llama3_parameters} in Hugging Face transformers. Each operation is
     * rounded to FP32, as there.
     *
     * @param headDim elements of a head; even
     * @return {@code [headDim / 2]}
     */
    public float[] frequencies(int headDim) {
        if (headDim < 2 || headDim % 2 != 0) {
            throw new IllegalArgumentException(
                    "head_dim is %d, expected an even number".formatted(headDim));
        }
        float[] frequencies = new float[headDim / 2];
        for (int j = 0; j < frequencies.length; j++) {
            float exponent = 2f * j / headDim;
            float frequency = 1 / (float) StrictMath.pow((float) theta, exponent);
            frequencies[j] = scaling.map(s -> s.apply(frequency)).orElse(frequency);
        }
        return frequencies;
    }
}
