package dev.altiplano.loader;

import dev.altiplano.kernels.Matrix;

/**
 * A linear map and what is added to its result, or the gains and offsets of a layer norm.
 *
 * @param weight output-major; of a norm: 1 output
 * @param bias 1 output, as many inputs as results
 */
public record AffineWeights(Matrix weight, Matrix bias) {}
