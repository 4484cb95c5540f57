package dev.altiplano.loader;

import dev.altiplano.kernels.Matrix;

import java.util.List;

/**
 * Every weight of the text model by its role, where it is mapped.
 *
 * @param embedding one row per token id: {@code vocabularySize} outputs, {@code hiddenSize} inputs
 * @param norm weights of the last norm: 1 output, {@code hiddenSize} inputs
 * @param head hidden state to logits: {@code vocabularySize} outputs, {@code hiddenSize} inputs;
 *     the same object as {@code embedding} when the head is tied
 * @param layers in the order in which they run
 */
public record TextWeights(Matrix embedding, Matrix norm, Matrix head, List<LayerWeights> layers) {
    /** Copies the list. */
    public TextWeights {
        layers = List.copyOf(layers);
    }
}
