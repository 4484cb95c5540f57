package dev.altiplano;

/** Sees what the layers of the image tower compute; for comparison with another implementation. */
@FunctionalInterface
public interface ImageTraceConsumer {
    /**
     * Called for every token of every tile, layer by layer.
     *
     * @param layer 0 for what enters the first layer, k for what layer k left, counted from 1
     * @param tile from 0
     * @param token patches row by row, then the class token
     * @param hidden {@code [hidden size of the tower]}; valid during the call only
     */
    void hidden(int layer, int tile, int token, float[] hidden);
}
