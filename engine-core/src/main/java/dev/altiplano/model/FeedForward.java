package dev.altiplano.model;

import dev.altiplano.kernels.Rows;
import dev.altiplano.kernels.Worker;

/** The second half of a layer. */
sealed interface FeedForward permits Dense, Mixture {
    /**
     * Adds {@code ffn(normed)} to the residual stream {@code x}; both {@code [n, hidden]}. Waits
     * until {@code normed} is written; await before x is read.
     */
    void addTo(Rows x, Rows normed, Step step, Worker worker);
}
