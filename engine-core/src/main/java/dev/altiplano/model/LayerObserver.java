package dev.altiplano.model;

import dev.altiplano.kernels.Rows;

/** Sees the residual stream between the layers; for comparison with another implementation. */
@FunctionalInterface
public interface LayerObserver {
    /**
     * Called by one thread while the others wait.
     *
     * @param layer 0 for the embedding, k for what layer k left, counted from 1
     * @param position position of the first row
     * @param x {@code [n, hidden]}; valid during the call only
     */
    void after(int layer, int position, Rows x);
}
