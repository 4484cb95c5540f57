package dev.altiplano.loader;

import tools.jackson.databind.node.ObjectNode;

import java.nio.file.Path;

/** A {@link TinyFolder} with an image tower: tiles of 8 pixels, patches of 2, two layers. */
final class TinyVision {
    static final int WIDTH = 8;
    static final int ADAPTER = 5;

    /** The folder, free to be changed before it is written. */
    final TinyFolder folder;

    /** Its {@code vision_config}. */
    final ObjectNode config;

    private TinyVision(TinyFolder folder, ObjectNode config) {
        this.folder = folder;
        this.config = config;
    }

    static TinyVision in(Path place) {
        return in(place, "");
    }

    /**
     * @param outer in front of {@code vision_model.}
     */
    static TinyVision in(Path place, String outer) {
        TinyFolder tiny =
                TinyFolder.in(
                        place, "language_model.model.", "language_model.lm_head.weight", true);
        ObjectNode text = tiny.config.deepCopy();
        tiny.config.removeAll();
        tiny.config.put("model_type", "llama4").put("image_token_index", 9);
        tiny.config.set("text_config", text);
        ObjectNode vision = tiny.config.putObject("vision_config");
        vision.put("hidden_size", WIDTH).put("num_hidden_layers", 2).put("num_attention_heads", 2);
        vision.put("intermediate_size", 4 * WIDTH).put("image_size", 8).put("patch_size", 2);
        vision.put("projector_input_dim", ADAPTER).put("projector_output_dim", ADAPTER);
        vision.put("vision_output_dim", ADAPTER).put("rope_theta", 100.0);
        fill(tiny, outer);
        return new TinyVision(tiny, vision);
    }

    private static void fill(TinyFolder tiny, String outer) {
        String tower = outer + "vision_model.";
        tiny.add(tower + "class_embedding", WIDTH);
        tiny.add(tower + "positional_embedding_vlm", 17, WIDTH);
        tiny.add(tower + "patch_embedding.linear.weight", WIDTH, 12);
        affine(tiny, tower + "layernorm_pre", WIDTH);
        affine(tiny, tower + "layernorm_post", WIDTH);
        for (int i = 0; i < 2; i++) {
            String layer = tower + "model.layers." + i + ".";
            affine(tiny, layer + "input_layernorm", WIDTH);
            affine(tiny, layer + "post_attention_layernorm", WIDTH);
            for (String part : new String[] {"q", "k", "v", "o"}) {
                affine(tiny, layer + "self_attn." + part + "_proj", WIDTH, WIDTH);
            }
            affine(tiny, layer + "mlp.fc1", 4 * WIDTH, WIDTH);
            affine(tiny, layer + "mlp.fc2", WIDTH, 4 * WIDTH);
        }
        tiny.add(tower + "vision_adapter.mlp.fc1.weight", ADAPTER, 4 * WIDTH);
        tiny.add(tower + "vision_adapter.mlp.fc2.weight", ADAPTER, ADAPTER);
        tiny.add(
                outer + "multi_modal_projector.linear_1.weight",
                TinyFolder.HIDDEN,
                TinyVision.ADAPTER);
    }

    private static void affine(TinyFolder tiny, String name, long... shape) {
        tiny.add(name + ".weight", shape).add(name + ".bias", shape[0]);
    }
}
