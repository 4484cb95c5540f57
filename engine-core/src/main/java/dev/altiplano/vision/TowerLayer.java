package dev.altiplano.vision;

import dev.altiplano.kernels.Elementwise;
import dev.altiplano.kernels.FullAttention;
import dev.altiplano.kernels.Gelu;
import dev.altiplano.kernels.GridRope;
import dev.altiplano.kernels.LayerNorm;
import dev.altiplano.kernels.Linear;
import dev.altiplano.kernels.Rows;
import dev.altiplano.kernels.Worker;
import dev.altiplano.loader.AffineWeights;
import dev.altiplano.loader.VisionConfig;
import dev.altiplano.loader.VisionLayerWeights;

/**
 * One layer of the tower: two additions to the residual stream.
 *
 * <p>Source: {@code Llama4VisionEncoderLayer.forward} in Hugging Face transformers.
 */
record TowerLayer(VisionLayerWeights weights, GridRope rope, FullAttention attention) {

    /** Runs the layer on {@code step.x [n, hidden]}. Ends with everything written. */
    void forward(TowerStep step, Worker worker) {
        norm(weights.attentionNorm(), step, worker);
        attend(step, worker);
        norm(weights.mlpNorm(), step, worker);
        feedForward(step, worker);
    }

    private static void norm(AffineWeights norm, TowerStep step, Worker worker) {
        float epsilon = VisionConfig.NORM_EPSILON;
        LayerNorm.apply(worker, step.x, norm.weight(), norm.bias(), epsilon, step.normed);
        worker.await();
        Linear.pack(worker, step.normed);
        worker.await();
    }

    private void attend(TowerStep step, Worker worker) {
        Linear.multiply(worker, weights.q().weight(), step.normed, step.q);
        Linear.multiply(worker, weights.k().weight(), step.normed, step.k);
        Linear.multiply(worker, weights.v().weight(), step.normed, step.v);
        worker.await();
        Elementwise.addBias(worker, step.q, weights.q().bias());
        Elementwise.addBias(worker, step.k, weights.k().bias());
        Elementwise.addBias(worker, step.v, weights.v().bias());
        worker.await(); // biases come before the rotation
        rope.rotate(worker, step.q);
        rope.rotate(worker, step.k);
        worker.await();
        attention.attend(worker, step.q, step.k, step.v, step.attended);
        worker.await();
        Linear.pack(worker, step.attended);
        worker.await();
        addTo(step.x, weights.o(), step.attended, step, worker);
    }

    private void feedForward(TowerStep step, Worker worker) {
        Linear.multiply(worker, weights.fc1().weight(), step.normed, step.wide);
        worker.await();
        Gelu.apply(worker, step.wide, weights.fc1().bias());
        worker.await();
        Linear.pack(worker, step.wide);
        worker.await();
        addTo(step.x, weights.fc2(), step.wide, step, worker);
    }

    /** Adds {@code W input + b} to the residual stream; {@code input} is packed. */
    private static void addTo(
            Rows x, AffineWeights linear, Rows input, TowerStep step, Worker worker) {
        Linear.multiply(worker, linear.weight(), input, step.delta);
        worker.await();
        Elementwise.addBias(worker, step.delta, linear.bias());
        worker.await();
        Elementwise.add(worker, x, step.delta);
        worker.await();
    }
}
