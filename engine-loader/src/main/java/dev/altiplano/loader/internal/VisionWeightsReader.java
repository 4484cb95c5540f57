package dev.altiplano.loader.internal;

import dev.altiplano.loader.AffineWeights;
import dev.altiplano.loader.CheckpointException;
import dev.altiplano.loader.StoredTensor;
import dev.altiplano.loader.VisionConfig;
import dev.altiplano.loader.VisionLayerWeights;
import dev.altiplano.loader.VisionWeights;

import java.util.ArrayList;
import java.util.List;

/** Finds every weight of the image tower under its name; nothing may be missing or left over. */
final class VisionWeightsReader {
    private static final String TOWER = "vision_model.";
    private static final String PROJECTOR = "multi_modal_projector.";

    private final VisionConfig config;
    private final TensorIndex index;
    private final TensorLookup tensors;
    private final MatrixLookup lookup;
    private final String outer;
    private final Extent hidden;
    private final Extent width;
    private final Extent adapter;

    private VisionWeightsReader(VisionConfig config, TensorIndex index, Scheme scheme) {
        this.config = config;
        this.index = index;
        this.tensors = new TensorLookup(index);
        this.lookup = new MatrixLookup(tensors, scheme);
        String outer = "model.";
        this.outer = index.find(outer + TOWER + "class_embedding") == null ? "" : outer;
        this.hidden = new Extent(config.hiddenSize(), "vision hidden");
        this.width = new Extent(config.mlpWidth(), "vision width");
        this.adapter = new Extent(config.adapterWidth(), "adapter width");
    }

    /**
     * All weights of the tower.
     *
     * @throws CheckpointException if a tensor is missing, of another shape or dtype, or unknown
     */
    static VisionWeights read(VisionConfig config, Configuration configuration, TensorIndex index) {
        Scheme scheme = configuration.scheme().orElse(Scheme.NONE);
        VisionWeightsReader reader = new VisionWeightsReader(config, index, scheme);
        VisionWeights weights =
                reader.weights(new Extent(configuration.text().hiddenSize(), "hidden"));
        reader.requireNothingLeft();
        return weights;
    }

    private VisionWeights weights(Extent textHidden) {
        String tower = outer + TOWER;
        List<VisionLayerWeights> layers = new ArrayList<>();
        for (int i = 0; i < config.layers(); i++) {
            layers.add(layer(tower + "model.layers." + i + "."));
        }
        return new VisionWeights(
                lookup.linear(
                        tower + "patch_embedding.linear",
                        hidden,
                        new Extent(config.patchWidth(), "channels * patch * patch")),
                lookup.vector(tower + "class_embedding", hidden),
                lookup.table(
                        tower + "positional_embedding_vlm",
                        new Extent(config.patches() + 1, "patches + 1"),
                        hidden),
                norm(tower + "layernorm_pre"),
                layers,
                norm(tower + "layernorm_post"),
                lookup.linear(tower + "vision_adapter.mlp.fc1", adapter, width),
                lookup.linear(tower + "vision_adapter.mlp.fc2", adapter, adapter),
                lookup.linear(outer + PROJECTOR + "linear_1", textHidden, adapter));
    }

    private VisionLayerWeights layer(String prefix) {
        return new VisionLayerWeights(
                norm(prefix + "input_layernorm"),
                linear(prefix + "self_attn.q_proj", hidden, hidden),
                linear(prefix + "self_attn.k_proj", hidden, hidden),
                linear(prefix + "self_attn.v_proj", hidden, hidden),
                linear(prefix + "self_attn.o_proj", hidden, hidden),
                norm(prefix + "post_attention_layernorm"),
                linear(prefix + "mlp.fc1", width, hidden),
                linear(prefix + "mlp.fc2", hidden, width));
    }

    private AffineWeights norm(String name) {
        return new AffineWeights(
                lookup.vector(name + ".weight", hidden), lookup.vector(name + ".bias", hidden));
    }

    private AffineWeights linear(String name, Extent outputs, Extent inputs) {
        return new AffineWeights(
                lookup.linear(name, outputs, inputs), lookup.vector(name + ".bias", outputs));
    }

    /** A weight that nobody asked for means that the tower is not the one that was built. */
    private void requireNothingLeft() {
        for (MappedTensor tensor : index.tensors()) {
            StoredTensor stored = tensor.stored();
            String name = stored.name();
            if (TextNames.isVision(name) && !tensors.wasUsed(name) && !isHarmless(name)) {
                throw new CheckpointException(
                        "%s: tensor '%s' (%s %s) is not part of the image tower that config.json"
                                        .formatted(
                                                stored.file(),
                                                Shown.text(name),
                                                stored.dtype(),
                                                stored.shape())
                                + " describes");
            }
        }
    }

    private static boolean isHarmless(String name) {
        return name.contains("rotary_embedding") // follows from config.json
                || TextWeightsReader.saysNothingOfWeights(name);
    }
}
