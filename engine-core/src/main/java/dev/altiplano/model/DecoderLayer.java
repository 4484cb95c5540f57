package dev.altiplano.model;

import dev.altiplano.kernels.Matrix;
import dev.altiplano.kernels.RmsNorm;
import dev.altiplano.kernels.Rows;
import dev.altiplano.kernels.Worker;

/**
 * One layer: two additions to the residual stream.
 *
 * @param attentionNorm weights of the norm before attention, {@code input_layernorm}
 * @param feedForwardNorm weights of the norm before the feed-forward block, {@code
 *     post_attention_layernorm}
 * @param epsilon added to the mean square
 */
record DecoderLayer(
        Matrix attentionNorm,
        Attention attention,
        Matrix feedForwardNorm,
        FeedForward feedForward,
        float epsilon) {

    /** Runs the layer on the residual stream {@code x [n, hidden]}; await before x is read. */
    void forward(Rows x, Step step, Worker worker) {
        worker.await(step.count());
        RmsNorm.apply(worker, x, attentionNorm, epsilon, step.normed);
        attention.addTo(x, step.normed, step, worker);
        step.trace().attended(worker);
        worker.await(step.count());
        RmsNorm.apply(worker, x, feedForwardNorm, epsilon, step.normed);
        feedForward.addTo(x, step.normed, step, worker);
        step.trace().fedForward(worker);
    }
}
