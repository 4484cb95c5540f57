package dev.altiplano.loader;

import dev.altiplano.kernels.Matrix;

import java.util.Optional;

/**
 * The four projections of an attention block, all output-major. Rows of q and k keep the order of
 * the file: rows 2i and 2i+1 of a head are the pair that is rotated together.
 *
 * @param q {@code heads * headDim} outputs, {@code hiddenSize} inputs
 * @param k {@code kvHeads * headDim} outputs, {@code hiddenSize} inputs
 * @param v {@code kvHeads * headDim} outputs, {@code hiddenSize} inputs
 * @param o {@code hiddenSize} outputs, {@code heads * headDim} inputs
 * @param biases present when {@link Llama4Config#attentionBias} says so
 */
public record AttentionWeights(
        Matrix q, Matrix k, Matrix v, Matrix o, Optional<AttentionBiases> biases) {}
