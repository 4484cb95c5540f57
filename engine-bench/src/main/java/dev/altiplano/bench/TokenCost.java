package dev.altiplano.bench;

import dev.altiplano.kernels.Matrix;
import dev.altiplano.loader.AttentionBiases;
import dev.altiplano.loader.AttentionWeights;
import dev.altiplano.loader.DenseWeights;
import dev.altiplano.loader.GateUp;
import dev.altiplano.loader.LayerWeights;
import dev.altiplano.loader.MixtureWeights;
import dev.altiplano.loader.TextWeights;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What the weights that one token meets cost, by their role: bytes to be read, or floating-point
 * operations. Keys and values are not counted.
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
public record TokenCost(
        long attention,
        long router,
        long experts,
        long shared,
        long dense,
        long norms,
        long embedding,
        long head) {
    /** Nothing. */
    static final TokenCost NONE = new TokenCost(0, 0, 0, 0, 0, 0, 0, 0);

    /** What is not part of a layer; of the embedding, one row. */
    static TokenCost ofEnds(TextWeights weights, Counted counted) {
        return new TokenCost(
                0,
                0,
                0,
                0,
                0,
                counted.of(weights.norm()),
                counted.ofRow(weights.embedding()),
                counted.of(weights.head()));
    }

    /**
     * One layer.
     *
     * @param expertsPerToken experts that a token passes, if it is a mixture
     */
    static TokenCost ofLayer(LayerWeights layer, int expertsPerToken, Counted counted) {
        long attention = of(layer.attention(), counted);
        long norms = counted.of(layer.attentionNorm()) + counted.of(layer.feedForwardNorm());
        return switch (layer.feedForward()) {
            case DenseWeights dense ->
                    new TokenCost(attention, 0, 0, 0, of(dense, counted), norms, 0, 0);
            case MixtureWeights mixture ->
                    new TokenCost(
                            attention,
                            counted.of(mixture.router()),
                            expertsPerToken * of(mixture.experts().getFirst(), counted),
                            of(mixture.shared(), counted),
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

    /** Each role under its name, in the order of a pass. */
    public Map<String, Long> byRole() {
        Map<String, Long> roles = new LinkedHashMap<>();
        roles.put("attention", attention);
        roles.put("router", router);
        roles.put("experts", experts);
        roles.put("shared", shared);
        roles.put("dense", dense);
        roles.put("norms", norms);
        roles.put("embedding", embedding);
        roles.put("head", head);
        return roles;
    }

    TokenCost plus(TokenCost other) {
        return new TokenCost(
                attention + other.attention,
                router + other.router,
                experts + other.experts,
                shared + other.shared,
                dense + other.dense,
                norms + other.norms,
                embedding + other.embedding,
                head + other.head);
    }

    private static long of(AttentionWeights weights, Counted counted) {
        return counted.of(weights.q())
                + counted.of(weights.k())
                + counted.of(weights.v())
                + counted.of(weights.o())
                + weights.biases().map(biases -> of(biases, counted)).orElse(0L);
    }

    private static long of(AttentionBiases biases, Counted counted) {
        return counted.of(biases.q())
                + counted.of(biases.k())
                + counted.of(biases.v())
                + counted.of(biases.o());
    }

    private static long of(DenseWeights weights, Counted counted) {
        long inner =
                switch (weights.gateUp()) {
                    case GateUp.Fused(Matrix gateUp) -> counted.of(gateUp);
                    case GateUp.Split(Matrix gate, Matrix up) -> counted.of(gate) + counted.of(up);
                };
        return inner + counted.of(weights.down());
    }
}
