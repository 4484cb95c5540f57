package dev.altiplano.model;

import dev.altiplano.kernels.Rows;

/** Takes logits as they are made. */
@FunctionalInterface
public interface LogitsSink {
    /**
     * Called by one thread while the others wait.
     *
     * @param position position of the first row
     * @param logits {@code [n, vocabulary]}; valid during the call only
     */
    void accept(int position, Rows logits);
}
