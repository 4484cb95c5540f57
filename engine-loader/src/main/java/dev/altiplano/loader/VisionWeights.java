package dev.altiplano.loader;

import dev.altiplano.kernels.Matrix;

import java.util.List;

/**
 * Every weight of the image tower, its adapter and its projector by its role, where it is mapped.
 *
 * @param patchEmbedding {@code hiddenSize} outputs, {@code patchWidth} inputs: channel, then row,
 *     then column of the patch
 * @param classEmbedding the token behind the patches: 1 output, {@code hiddenSize} inputs
 * @param positionEmbedding {@code patches + 1} outputs, the class token's last; {@code hiddenSize}
 *     inputs
 * @param preNorm before the layers
 * @param layers in the order in which they run
 * @param postNorm after the layers
 * @param adapter1 {@code adapterWidth} outputs, {@code mlpWidth} inputs
 * @param adapter2 {@code adapterWidth} outputs and inputs
 * @param projector text {@code hiddenSize} outputs, {@code adapterWidth} inputs
 */
public record VisionWeights(
        Matrix patchEmbedding,
        Matrix classEmbedding,
        Matrix positionEmbedding,
        AffineWeights preNorm,
        List<VisionLayerWeights> layers,
        AffineWeights postNorm,
        Matrix adapter1,
        Matrix adapter2,
        Matrix projector) {
    /** Copies the list. */
    public VisionWeights {
        layers = List.copyOf(layers);
    }
}
