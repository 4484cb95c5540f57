package dev.altiplano.loader;

/**
 * The weights of one layer of the image tower, {@code H} wide with a feed-forward block of width
 * {@code F}.
 *
 * @param attentionNorm {@code input_layernorm}
 * @param q {@code [H, H]}; elements 2i and 2i+1 of a head are the pair that is rotated together
 * @param k {@code [H, H]}, as q
 * @param v {@code [H, H]}
 * @param o {@code [H, H]}
 * @param mlpNorm {@code post_attention_layernorm}
 * @param fc1 {@code [F, H]}
 * @param fc2 {@code [H, F]}
 */
public record VisionLayerWeights(
        AffineWeights attentionNorm,
        AffineWeights q,
        AffineWeights k,
        AffineWeights v,
        AffineWeights o,
        AffineWeights mlpNorm,
        AffineWeights fc1,
        AffineWeights fc2) {}
