package dev.altiplano.bench;

import dev.altiplano.kernels.Matrix;
import dev.altiplano.loader.AttentionBiases;
import dev.altiplano.loader.AttentionWeights;
import dev.altiplano.loader.DenseWeights;
import dev.altiplano.loader.GateUp;
import dev.altiplano.loader.LayerWeights;
import dev.altiplano.loader.Llama4Config;
import dev.altiplano.loader.MixtureWeights;
import dev.altiplano.loader.TextWeights;

/**
 * Bytes of weights that one token reads while it is decoded; keys and values are not counted.
 *
 * @param attention projections and their biases
 * @param router routers
 * @param experts experts that the router chooses: as many as a token passes, not all there are
 * @param shared experts that every token passes
 * @param dense feed-forward parts of layers without experts
 * @param norms norms, the final one included
 * @param embedding one row
 * @param head hidden state to logits
 */
public record TokenTraffic(
        long attention,
        long router,
        long experts,
        long shared,
        long dense,
        long norms,
        long embedding,
        long head) {

    /** Counts what the weights of a model take. */
    public static TokenTraffic of(TextWeights weights, Llama4Config config) {
        Matrix embedding = weights.embedding();
        TokenTraffic ends =
                new TokenTraffic(
                        0,
                        0,
                        0,
                        0,
                        0,
                        bytes(weights.norm()),
                        bytes(embedding) / embedding.outputs(),
                        bytes(weights.head()));
        return weights.layers().stream()
                .map(layer -> of(layer, config.expertsPerToken()))
                .reduce(ends, TokenTraffic::plus);
    }

    private static TokenTraffic of(LayerWeights layer, int expertsPerToken) {
        long attention = bytes(layer.attention());
        long norms = bytes(layer.attentionNorm()) + bytes(layer.feedForwardNorm());
        return switch (layer.feedForward()) {
            case DenseWeights dense ->
                    new TokenTraffic(attention, 0, 0, 0, bytes(dense), norms, 0, 0);
            case MixtureWeights mixture ->
                    new TokenTraffic(
                            attention,
                            bytes(mixture.router()),
                            expertsPerToken * bytes(mixture.experts().getFirst()),
                            bytes(mixture.shared()),
                            0,
                            norms,
                            0,
                            0);
        };
    }

    /** All of it. */
    public long total() {
        return attention + router + experts + shared + dense + norms + embedding + head;
    }

    private TokenTraffic plus(TokenTraffic other) {
        return new TokenTraffic(
                attention + other.attention,
                router + other.router,
                experts + other.experts,
                shared + other.shared,
                dense + other.dense,
                norms + other.norms,
                embedding + other.embedding,
                head + other.head);
    }

    private static long bytes(AttentionWeights weights) {
        return bytes(weights.q())
                + bytes(weights.k())
                + bytes(weights.v())
                + bytes(weights.o())
                + weights.biases().map(TokenTraffic::bytes).orElse(0L);
    }

    private static long bytes(AttentionBiases biases) {
        return bytes(biases.q()) + bytes(biases.k()) + bytes(biases.v()) + bytes(biases.o());
    }

    private static long bytes(DenseWeights weights) {
        long inner =
                switch (weights.gateUp()) {
                    case GateUp.Fused(Matrix gateUp) -> bytes(gateUp);
                    case GateUp.Split(Matrix gate, Matrix up) -> bytes(gate) + bytes(up);
                };
        return inner + bytes(weights.down());
    }

    private static long bytes(Matrix matrix) {
        return matrix.data().byteSize();
    }
}
