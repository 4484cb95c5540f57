package dev.altiplano.loader;

import dev.altiplano.kernels.Matrix;

/**
 * The weights of one decoder layer.
 *
 * @param attentionNorm {@code input_layernorm}: 1 output, {@code hiddenSize} inputs
 * @param attention the four projections
 * @param feedForwardNorm {@code post_attention_layernorm}: 1 output, {@code hiddenSize} inputs
 * @param feedForward one dense network or a mixture of experts, as {@link LayerKind#mixture} says
 */
public record LayerWeights(
        Matrix attentionNorm,
        AttentionWeights attention,
        Matrix feedForwardNorm,
        FeedForwardWeights feedForward) {}
