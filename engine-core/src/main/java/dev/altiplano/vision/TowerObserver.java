package dev.altiplano.vision;

import dev.altiplano.kernels.Rows;

/**
 * Sees the tower's residual stream between the layers; for comparison with another implementation.
 */
@FunctionalInterface
public interface TowerObserver {
    /**
     * Called between layers, by the thread that asked for the pass.
     *
     * @param layer 0 for what enters the first layer, k for what layer k left, counted from 1
     * @param firstTile number of the first tile in x
     * @param x {@code [tiles * (patches + 1), hidden]}; valid during the call only
     */
    void after(int layer, int firstTile, Rows x);
}
