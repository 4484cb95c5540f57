package dev.altiplano;

/** Sees what the layers compute; for comparison with another implementation. */
public interface TraceConsumer {
    /**
     * Called for the embedding and for each layer of each block, in order.
     *
     * @param layer 0 for the embedding, k for what layer k left, counted from 1; what the last one
     *     left comes after the final norm
     * @param position index of the token
     * @param hidden {@code [hiddenSize]}; valid during the call only
     */
    void hidden(int layer, int position, float[] hidden);

    /**
     * Called for each position of a block, after its layers.
     *
     * @param position index of the token after which these logits stand
     * @param logits {@code [vocabulary]}; valid during the call only
     */
    void logits(int position, float[] logits);
}
