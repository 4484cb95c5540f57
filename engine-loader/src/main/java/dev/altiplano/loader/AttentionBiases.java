package dev.altiplano.loader;

import dev.altiplano.kernels.Matrix;

/**
 * What is added to the results of the four projections; each has 1 output and as many inputs as its
 * projection has outputs.
 *
 * @param q {@code heads * headDim}
 * @param k {@code kvHeads * headDim}
 * @param v {@code kvHeads * headDim}
 * @param o {@code hiddenSize}
 */
public record AttentionBiases(Matrix q, Matrix k, Matrix v, Matrix o) {}
