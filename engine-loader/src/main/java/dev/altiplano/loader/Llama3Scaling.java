package dev.altiplano.loader;

/**
 * Slows down the rotations whose wavelength is long: {@code rope_type: "llama3"}.
 *
 * <p>With the wavelength {@code w} in positions: shorter than {@code originalPositions /
 * highFrequencyFactor} stays, longer than {@code originalPositions / lowFrequencyFactor} is divided
 * by {@code factor}, and between the two is a linear blend. Scout's two band factors are equal, so
 * that nothing lies between.
 *
 * @param factor divisor of the slow rotations, {@code factor}; above 0
 * @param lowFrequencyFactor {@code low_freq_factor}; above 0
 * @param highFrequencyFactor {@code high_freq_factor}; at least {@code lowFrequencyFactor}
 * @param originalPositions context of the first training, {@code original_max_position_embeddings};
 *     at least 1
 */
public record Llama3Scaling(
        double factor,
        double lowFrequencyFactor,
        double highFrequencyFactor,
        int originalPositions) {
    /** Checks the ranges. */
    public Llama3Scaling {
        requirePositive("factor", factor);
        requirePositive("low_freq_factor", lowFrequencyFactor);
        requirePositive("high_freq_factor", highFrequencyFactor);
        if (highFrequencyFactor < lowFrequencyFactor) {
            throw new IllegalArgumentException(
                    "high_freq_factor is %s, expected low_freq_factor %s or more"
                            .formatted(highFrequencyFactor, lowFrequencyFactor));
        }
        if (originalPositions < 1) {
            throw new IllegalArgumentException(
                    "original_max_position_embeddings is %d, expected 1 or more"
                            .formatted(originalPositions));
        }
    }

    private static void requirePositive(String name, double value) {
        if (!(value > 0 && value < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException(
                    "%s is %s, expected a number above 0".formatted(name, value));
        }
    }

    /**
     * The scaled form of {@code frequency}, in radians per position; rounded as in the reference.
     */
    float apply(float frequency) {
        float wavelength = (float) (2 * Math.PI) / frequency;
        if (wavelength > (float) (originalPositions / lowFrequencyFactor)) {
            return frequency / (float) factor;
        }
        if (wavelength < (float) (originalPositions / highFrequencyFactor)
                || highFrequencyFactor == lowFrequencyFactor) { // the blend would be 0 / 0
            return frequency;
        }
        float blend =
                (originalPositions / wavelength - (float) lowFrequencyFactor)
                        / (float) (highFrequencyFactor - lowFrequencyFactor);
        return (1 - blend) * frequency / (float) factor + blend * frequency;
    }
}
