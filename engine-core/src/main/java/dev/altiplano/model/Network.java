package dev.altiplano.model;

import dev.altiplano.kernels.KvLayout;
import dev.altiplano.loader.DenseWeights;
import dev.altiplano.loader.LayerKind;
import dev.altiplano.loader.LayerWeights;
import dev.altiplano.loader.Llama4Config;
import dev.altiplano.loader.MixtureWeights;
import dev.altiplano.loader.TextWeights;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;

/** The layers of a model with their weights. Immutable. */
final class Network {
    private final Llama4Config config;
    private final TextWeights weights;
    private final KvLayout layout;
    private final List<DecoderLayer> layers;

    Network(Llama4Config config, TextWeights weights, KvLayout layout) {
        this.config = config;
        this.weights = weights;
        this.layout = layout;
        List<DecoderLayer> made = new ArrayList<>();
        for (int i = 0; i < config.layers().size(); i++) {
            made.add(layer(i, config.layers().get(i), weights.layers().get(i)));
        }
        layers = List.copyOf(made);
    }

    private DecoderLayer layer(int index, LayerKind kind, LayerWeights layer) {
        Positions positions =
                kind.rotary() ? new Positions.Rotary(config.qkNorm()) : new Positions.None();
        Attention attention =
                new Attention(
                        layer.attention(),
                        positions,
                        index,
                        config.headDim(),
                        config.normEpsilon());
        return new DecoderLayer(
                layer.attentionNorm(),
                attention,
                layer.feedForwardNorm(),
                feedForward(layer),
                config.normEpsilon());
    }

    private static FeedForward feedForward(LayerWeights layer) {
        return switch (layer.feedForward()) {
            case DenseWeights dense -> new Dense(Expert.of(dense));
            case MixtureWeights mixture ->
                    new Mixture(
                            mixture.router(),
                            mixture.experts().stream().map(Expert::of).toList(),
                            Expert.of(mixture.shared()));
        };
    }

    /** Scratch for so many tokens of so many sequences. */
    Step step(int tokens, int sequences) {
        return new Step(config, layout, tokens, sequences);
    }

    /** The head, with room for so many rows. */
    Head head(int rows) {
        return new Head(weights.norm(), weights.head(), config.normEpsilon(), rows);
    }

    /** A pass that works in {@code step}; see {@link Pass}. */
    Pass pass(Step step, Head head, BooleanSupplier pauses) {
        return new Pass(step, weights.embedding(), layers, head, pauses);
    }

    /** What a step reads. */
    WeightBytes bytes() {
        return WeightBytes.of(weights);
    }
}
