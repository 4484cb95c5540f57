package dev.altiplano.loader.internal.copy;

import dev.altiplano.kernels.Matrix;
import dev.altiplano.loader.AttentionWeights;
import dev.altiplano.loader.DenseWeights;
import dev.altiplano.loader.GateUp;
import dev.altiplano.loader.LayerWeights;
import dev.altiplano.loader.MixtureWeights;
import dev.altiplano.loader.TextWeights;
import dev.altiplano.loader.internal.TextNames;

import java.util.ArrayList;
import java.util.List;

/** Names of the linear maps of a text model, each expert's of its own, in the order of a pass. */
final class TextLinears {
    private final List<Linear> all = new ArrayList<>();

    private TextLinears() {}

    static List<Linear> of(TextWeights weights, TextNames names) {
        TextLinears linears = new TextLinears();
        linears.add(names.embedding(), Linear.Role.EMBEDDING, weights.embedding());
        for (int i = 0; i < weights.layers().size(); i++) {
            linears.layer(names.layer(i), weights.layers().get(i));
        }
        if (!weights.head().equals(weights.embedding())) {
            linears.add(names.head(), Linear.Role.HEAD, weights.head());
        }
        return linears.all;
    }

    private void add(String name, Linear.Role role, Matrix matrix) {
        all.add(Linear.of(name, role, matrix));
    }

    private void layer(String prefix, LayerWeights layer) {
        AttentionWeights attention = layer.attention();
        add(prefix + "self_attn.q_proj", Linear.Role.ATTENTION, attention.q());
        add(prefix + "self_attn.k_proj", Linear.Role.ATTENTION, attention.k());
        add(prefix + "self_attn.v_proj", Linear.Role.ATTENTION, attention.v());
        add(prefix + "self_attn.o_proj", Linear.Role.ATTENTION, attention.o());
        String inner = prefix + "feed_forward.";
        switch (layer.feedForward()) {
            case DenseWeights dense -> dense(inner, dense);
            case MixtureWeights mixture -> {
                add(inner + "router", Linear.Role.ROUTER, mixture.router());
                for (int j = 0; j < mixture.experts().size(); j++) {
                    dense(inner + "experts." + j + ".", mixture.experts().get(j));
                }
                dense(inner + "shared_expert.", mixture.shared());
            }
        }
    }

    private void dense(String prefix, DenseWeights weights) {
        switch (weights.gateUp()) {
            case GateUp.Fused(Matrix both) -> {
                int width = both.outputs() / 2;
                half(prefix + "gate_proj", both, 0, width);
                half(prefix + "up_proj", both, width, width);
            }
            case GateUp.Split(Matrix gate, Matrix up) -> {
                add(prefix + "gate_proj", Linear.Role.FEED_FORWARD, gate);
                add(prefix + "up_proj", Linear.Role.FEED_FORWARD, up);
            }
        }
        add(prefix + "down_proj", Linear.Role.FEED_FORWARD, weights.down());
    }

    private void half(String name, Matrix both, int first, int width) {
        all.add(new Linear(name, Linear.Role.FEED_FORWARD, both, first, width));
    }
}
