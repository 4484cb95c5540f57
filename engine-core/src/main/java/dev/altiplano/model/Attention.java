package dev.altiplano.model;

import dev.altiplano.kernels.Elementwise;
import dev.altiplano.kernels.Linear;
import dev.altiplano.kernels.RmsNorm;
import dev.altiplano.kernels.Rows;
import dev.altiplano.kernels.Worker;
import dev.altiplano.loader.AttentionBiases;
import dev.altiplano.loader.AttentionWeights;
import dev.altiplano.model.Positions.None;
import dev.altiplano.model.Positions.Rotary;

/**
 * Grouped-query attention of one layer, iRoPE style.
 *
 * <p>Source: {@code Llama4TextAttention.forward} in Hugging Face transformers.
 *
 * @param layer index of the layer, which finds its cache
 * @param headDim width of one head
 * @param epsilon added to the mean square in the normalisation of queries and keys
 */
record Attention(
        AttentionWeights weights, Positions positions, int layer, int headDim, float epsilon) {

    /**
     * Adds {@code W_o · softmax(q·k / √d) v} to the residual stream {@code x [n, hidden]}. Waits
     * until {@code normed} is written; await before x is read.
     */
    void addTo(Rows x, Rows normed, Step step, Worker worker) {
        project(normed, step, worker);
        place(step, worker);
        worker.await(step.count());
        for (int s = 0; s < step.sequences(); s++) {
            step.layout().store(worker, step.pages(s, layer), step.k(s), step.v(s));
        }
        worker.await();
        for (int s = 0; s < step.sequences(); s++) {
            step.attend(s, layer, worker);
        }

        worker.await(step.count());
        Linear.pack(worker, step.attended);
        worker.await();
        Linear.multiply(worker, weights.o(), step.attended, step.delta);
        if (weights.biases().isPresent()) {
            worker.await(step.count());
            Elementwise.addBias(worker, step.delta, weights.biases().get().o());
        }
        worker.await(step.count());
        Elementwise.add(worker, x, step.delta);
    }

    private void project(Rows normed, Step step, Worker worker) {
        worker.await(step.count());
        Linear.pack(worker, normed);
        worker.await();
        Linear.multiply(worker, weights.q(), normed, step.q);
        Linear.multiply(worker, weights.k(), normed, step.k);
        Linear.multiply(worker, weights.v(), normed, step.v);
        if (weights.biases().isPresent()) {
            AttentionBiases biases = weights.biases().get();
            worker.await(step.count());
            Elementwise.addBias(worker, step.q, biases.q());
            Elementwise.addBias(worker, step.k, biases.k());
            Elementwise.addBias(worker, step.v, biases.v());
        }
    }

    private void place(Step step, Worker worker) {
        switch (positions) {
            case Rotary(boolean normalise) -> {
                worker.await(step.count());
                step.rope().rotate(worker, step.q, headDim);
                step.rope().rotate(worker, step.k, headDim);
                if (normalise) { // after the rotation, and without weights
                    worker.await(step.count());
                    RmsNorm.heads(worker, step.q, headDim, epsilon);
                    RmsNorm.heads(worker, step.k, headDim, epsilon);
                }
            }
            case None() -> {
                if (step.temperatureVaries()) {
                    worker.await(step.count());
                    Elementwise.scale(worker, step.q, step.temperatures);
                }
            }
        }
    }
}
