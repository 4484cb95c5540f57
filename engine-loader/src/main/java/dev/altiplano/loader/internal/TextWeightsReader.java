package dev.altiplano.loader.internal;

import dev.altiplano.kernels.Matrix;
import dev.altiplano.loader.AttentionBiases;
import dev.altiplano.loader.AttentionWeights;
import dev.altiplano.loader.CheckpointException;
import dev.altiplano.loader.DenseWeights;
import dev.altiplano.loader.FeedForwardWeights;
import dev.altiplano.loader.GateUp;
import dev.altiplano.loader.LayerWeights;
import dev.altiplano.loader.Llama4Config;
import dev.altiplano.loader.MixtureWeights;
import dev.altiplano.loader.StoredTensor;
import dev.altiplano.loader.TextWeights;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Finds every weight of the text model under its name; nothing may be missing or left over. */
public final class TextWeightsReader {
    private static final List<String> HARMLESS =
            List.of(
                    "rotary_emb.inv_freq", // follows from config.json
                    ".k_scale", // these two are for caches of 8 bits
                    ".v_scale",
                    ".q_scale", // the rest is for activations of 8 or 4 bits
                    ".input_scale",
                    "_proj_input_scale",
                    ".input_zero_point",
                    ".input_global_scale",
                    ".output_scale",
                    ".output_zero_point");

    private final Llama4Config config;
    private final TensorIndex index;
    private final TensorLookup tensors;
    private final MatrixLookup lookup;
    private final TextNames names;
    private final Extent hidden;

    private TextWeightsReader(Llama4Config config, TensorIndex index, Scheme scheme) {
        this.config = config;
        this.index = index;
        this.tensors = new TensorLookup(index);
        this.lookup = new MatrixLookup(tensors, scheme);
        this.names = TextNames.of(index);
        this.hidden = new Extent(config.hiddenSize(), "hidden");
    }

    /**
     * All weights of the text model.
     *
     * @throws CheckpointException if a tensor is missing, of another shape or dtype, or unknown
     */
    public static TextWeights read(Configuration configuration, TensorIndex index) {
        Scheme scheme = configuration.scheme().orElse(Scheme.NONE);
        scheme.requireReadable(index);
        TextWeightsReader reader = new TextWeightsReader(configuration.text(), index, scheme);
        TextWeights weights = reader.weights();
        reader.requireNothingLeft();
        return weights;
    }

    private TextWeights weights() {
        Extent vocabulary = new Extent(config.vocabularySize(), "vocabulary");
        Matrix embedding = lookup.linear(names.embedding(), vocabulary, hidden);
        Matrix head =
                config.tiedHead() ? embedding : lookup.linear(names.head(), vocabulary, hidden);
        List<LayerWeights> layers = new ArrayList<>();
        for (int i = 0; i < config.layers().size(); i++) {
            layers.add(layer(names.layer(i), config.layers().get(i).mixture()));
        }
        return new TextWeights(embedding, lookup.vector(names.norm(), hidden), head, layers);
    }

    private LayerWeights layer(String prefix, boolean mixture) {
        Extent width = new Extent(config.denseWidth(), "width");
        return new LayerWeights(
                lookup.vector(prefix + "input_layernorm.weight", hidden),
                attention(prefix + "self_attn."),
                lookup.vector(prefix + "post_attention_layernorm.weight", hidden),
                mixture
                        ? mixture(prefix + "feed_forward.")
                        : dense(prefix + "feed_forward.", width));
    }

    private AttentionWeights attention(String prefix) {
        Extent q = new Extent(config.heads() * config.headDim(), "heads * head_dim");
        Extent kv = new Extent(config.kvHeads() * config.headDim(), "kv heads * head_dim");
        return new AttentionWeights(
                lookup.linear(prefix + "q_proj", q, hidden),
                lookup.linear(prefix + "k_proj", kv, hidden),
                lookup.linear(prefix + "v_proj", kv, hidden),
                lookup.linear(prefix + "o_proj", hidden, q),
                config.attentionBias() ? Optional.of(biases(prefix, q, kv)) : Optional.empty());
    }

    private AttentionBiases biases(String prefix, Extent q, Extent kv) {
        return new AttentionBiases(
                lookup.vector(prefix + "q_proj.bias", q),
                lookup.vector(prefix + "k_proj.bias", kv),
                lookup.vector(prefix + "v_proj.bias", kv),
                lookup.vector(prefix + "o_proj.bias", hidden));
    }

    private DenseWeights dense(String prefix, Extent width) {
        return new DenseWeights(
                new GateUp.Split(
                        lookup.linear(prefix + "gate_proj", width, hidden),
                        lookup.linear(prefix + "up_proj", width, hidden)),
                lookup.linear(prefix + "down_proj", hidden, width));
    }

    private FeedForwardWeights mixture(String prefix) {
        Extent experts = new Extent(config.experts(), "experts");
        Extent width = new Extent(config.expertWidth(), "width");
        return new MixtureWeights(
                lookup.linear(prefix + "router", experts, hidden),
                isSeparate(prefix + "experts.")
                        ? separateExperts(prefix + "experts.", width)
                        : fusedExperts(prefix + "experts.", experts, width),
                dense(prefix + "shared_expert.", width));
    }

    private boolean isSeparate(String prefix) {
        return !tensors.has(prefix + "gate_up_proj")
                && Stream.of("gate_proj", "up_proj", "down_proj")
                        .anyMatch(part -> lookup.has(prefix + "0." + part));
    }

    private List<DenseWeights> separateExperts(String prefix, Extent width) {
        List<DenseWeights> experts = new ArrayList<>();
        for (int j = 0; j < config.experts(); j++) {
            experts.add(dense(prefix + j + ".", width));
        }
        return experts;
    }

    private List<DenseWeights> fusedExperts(String prefix, Extent experts, Extent width) {
        List<Matrix> gateUps =
                lookup.stack(prefix + "gate_up_proj", experts, hidden, width.twice());
        List<Matrix> downs = lookup.stack(prefix + "down_proj", experts, width, hidden);
        List<DenseWeights> fused = new ArrayList<>(gateUps.size());
        for (int j = 0; j < gateUps.size(); j++) {
            fused.add(new DenseWeights(new GateUp.Fused(gateUps.get(j)), downs.get(j)));
        }
        return fused;
    }

    /** A weight that nobody asked for means that the model is not the one that was built. */
    private void requireNothingLeft() {
        for (MappedTensor tensor : index.tensors()) {
            StoredTensor stored = tensor.stored();
            if (!tensors.wasUsed(stored.name()) && !isHarmless(stored.name())) {
                throw new CheckpointException(
                        "%s: tensor '%s' (%s %s) is not part of the model that config.json describes"
                                .formatted(
                                        stored.file(),
                                        Shown.text(stored.name()),
                                        stored.dtype(),
                                        stored.shape()));
            }
        }
    }

    private boolean isHarmless(String name) {
        if (TextNames.isVision(name)
                || (config.tiedHead() && name.startsWith(names.head() + "."))) { // the embedding
            return true;
        }
        return saysNothingOfWeights(name);
    }

    /** Whether a tensor is for other engines alone. */
    static boolean saysNothingOfWeights(String name) {
        for (String suffix : HARMLESS) { // no stream: asked for every tensor that is left
            if (name.endsWith(suffix)) {
                return true;
            }
        }
        return false;
    }
}
