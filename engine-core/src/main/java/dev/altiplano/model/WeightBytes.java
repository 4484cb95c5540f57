package dev.altiplano.model;

import dev.altiplano.kernels.Matrix;
import dev.altiplano.loader.AttentionBiases;
import dev.altiplano.loader.AttentionWeights;
import dev.altiplano.loader.DenseWeights;
import dev.altiplano.loader.GateUp;
import dev.altiplano.loader.LayerWeights;
import dev.altiplano.loader.MixtureWeights;
import dev.altiplano.loader.TextWeights;

/**
 * Weights that a step reads whatever the router chooses, in bytes.
 *
 * @param layers norms, attention, dense networks, routers and shared experts of all layers
 * @param head last norm and head
 * @param row one row of the embedding
 */
record WeightBytes(long layers, long head, long row) {
    static WeightBytes of(TextWeights weights) {
        return new WeightBytes(
                weights.layers().stream().mapToLong(WeightBytes::of).sum(),
                of(weights.norm()) + of(weights.head()),
                of(weights.embedding()) / weights.embedding().outputs());
    }

    private static long of(LayerWeights layer) {
        long norms = of(layer.attentionNorm()) + of(layer.feedForwardNorm());
        long feedForward =
                switch (layer.feedForward()) {
                    case DenseWeights dense -> of(dense);
                    case MixtureWeights mixture -> of(mixture.router()) + of(mixture.shared());
                };
        return norms + of(layer.attention()) + feedForward;
    }

    private static long of(AttentionWeights attention) {
        return of(attention.q())
                + of(attention.k())
                + of(attention.v())
                + of(attention.o())
                + attention.biases().map(WeightBytes::of).orElse(0L);
    }

    private static long of(AttentionBiases biases) {
        return of(biases.q()) + of(biases.k()) + of(biases.v()) + of(biases.o());
    }

    static long of(DenseWeights dense) {
        return of(dense.gateUp()) + of(dense.down());
    }

    static long of(GateUp gateUp) {
        return switch (gateUp) {
            case GateUp.Fused(Matrix both) -> of(both);
            case GateUp.Split(Matrix gate, Matrix up) -> of(gate) + of(up);
        };
    }

    static long of(Matrix matrix) {
        long scales = matrix.scales() == null ? 0 : matrix.scales().data().byteSize();
        return matrix.data().byteSize() + scales;
    }
}
