package dev.altiplano.bench.synthetic;

import java.util.ArrayList;
import java.util.List;

/** The tensors of a folder, in the order in which they are written. */
final class SyntheticTensors {
    private static final Values NORM = new Values(1, 0.1);

    /** Embeddings set the scale of the residual stream: the size that layers add. */
    private static final Values EMBEDDING = new Values(0, 1);

    private static final Values BIAS = new Values(0, 0.1);

    private final SyntheticShape shape;
    private final SyntheticFormat format;
    private final String text;
    private final List<SyntheticTensor> all = new ArrayList<>();

    private SyntheticTensors(SyntheticShape shape, SyntheticFormat format) {
        this.shape = shape;
        this.format = format;
        this.text = shape.vision().isPresent() ? "language_model." : "";
    }

    static List<SyntheticTensor> of(SyntheticShape shape, SyntheticFormat format) {
        SyntheticTensors tensors = new SyntheticTensors(shape, format);
        int hidden = shape.hidden();
        String model = tensors.text + "model.";
        tensors.plain(model + "embed_tokens.weight", EMBEDDING, shape.vocabulary(), hidden);
        for (int layer = 0; layer < shape.layers(); layer++) {
            tensors.layer(layer);
        }
        tensors.plain(model + "norm.weight", NORM, hidden);
        tensors.plain(
                tensors.text + "lm_head.weight",
                Values.weights(hidden),
                shape.vocabulary(),
                hidden);
        shape.vision().ifPresent(tensors::tower);
        return List.copyOf(tensors.all);
    }

    private void layer(int layer) {
        String name = text + "model.layers." + layer + ".";
        int hidden = shape.hidden();
        plain(name + "input_layernorm.weight", NORM, hidden);
        linear(name + "self_attn.q_proj", false, shape.queryWidth(), hidden);
        linear(name + "self_attn.k_proj", false, shape.keyWidth(), hidden);
        linear(name + "self_attn.v_proj", false, shape.keyWidth(), hidden);
        linear(name + "self_attn.o_proj", false, hidden, shape.queryWidth());
        plain(name + "post_attention_layernorm.weight", NORM, hidden);
        String block = name + "feed_forward.";
        boolean quantised = format.densePartsQuantised();
        if (shape.isMixture(layer)) {
            int width = shape.get("intermediate_size");
            linear(block + "router", false, shape.experts(), hidden);
            experts(block + "experts.", width);
            swiGlu(block + "shared_expert.", quantised, width);
        } else {
            swiGlu(block, quantised, shape.get("intermediate_size_mlp"));
        }
    }

    private void tower(SyntheticVision vision) {
        String name = "vision_model.";
        int hidden = vision.hidden();
        int width = vision.get("intermediate_size");
        int adapter = vision.adapter();
        linear(name + "patch_embedding.linear", false, hidden, vision.patchWidth());
        plain(name + "class_embedding", EMBEDDING, hidden);
        plain(name + "positional_embedding_vlm", EMBEDDING, vision.patches() + 1, hidden);
        norm(name + "layernorm_pre", hidden);
        for (int layer = 0; layer < vision.get("num_hidden_layers"); layer++) {
            towerLayer(name + "model.layers." + layer + ".", hidden, width);
        }
        norm(name + "layernorm_post", hidden);
        linear(name + "vision_adapter.mlp.fc1", false, adapter, width);
        linear(name + "vision_adapter.mlp.fc2", false, adapter, adapter);
        linear("multi_modal_projector.linear_1", false, shape.hidden(), adapter);
    }

    private void towerLayer(String name, int hidden, int width) {
        norm(name + "input_layernorm", hidden);
        for (String part : List.of("q_proj", "k_proj", "v_proj", "o_proj")) {
            affine(name + "self_attn." + part, hidden, hidden);
        }
        norm(name + "post_attention_layernorm", hidden);
        affine(name + "mlp.fc1", width, hidden);
        affine(name + "mlp.fc2", hidden, width);
    }

    private void norm(String name, int width) {
        plain(name + ".weight", NORM, width);
        plain(name + ".bias", BIAS, width);
    }

    private void affine(String name, int outputs, int inputs) {
        linear(name, false, outputs, inputs);
        plain(name + ".bias", BIAS, outputs);
    }

    private void experts(String name, int width) {
        if (format.expertsApart()) {
            for (int expert = 0; expert < shape.experts(); expert++) {
                swiGlu(name + expert + ".", true, width);
            }
        } else {
            fused(name + "gate_up_proj", shape.hidden(), Math.multiplyExact(2, width));
            fused(name + "down_proj", width, shape.hidden());
        }
    }

    private void swiGlu(String name, boolean quantised, int width) {
        linear(name + "gate_proj", quantised, width, shape.hidden());
        linear(name + "up_proj", quantised, width, shape.hidden());
        linear(name + "down_proj", quantised, shape.hidden(), width);
    }

    /** An output-major matrix. */
    private void linear(String name, boolean quantised, int outputs, int inputs) {
        if (!quantised) {
            plain(name + ".weight", Values.weights(inputs), outputs, inputs);
        } else if (format == SyntheticFormat.FP8_FUSED) {
            codes(name + ".weight", outputs, inputs);
            factors(name + ".weight_scale", name + ".input_scale", inputs);
        } else {
            codes(name + ".weight", outputs, inputs);
            double scale = scale(inputs);
            add(name + ".weight_scale", "BF16", new Values(scale, scale / 8), outputs, 1);
        }
    }

    /** Input-major matrices of all experts. */
    private void fused(String name, int inputs, int outputs) {
        if (format == SyntheticFormat.FP8_FUSED) {
            codes(name, shape.experts(), inputs, outputs);
            factors(name + "_weight_scale", name + "_input_scale", inputs);
        } else {
            plain(name, Values.weights(inputs), shape.experts(), inputs, outputs);
        }
    }

    private void codes(String name, long... shape) {
        double spread = Encoding.LARGEST_E4M3 / Math.sqrt(3);
        add(name, "F8_E4M3", new Values(0, spread), shape);
    }

    private void factors(String weight, String input, int inputs) {
        add(weight, "F32", new Values(scale(inputs), 0));
        add(input, "F32", new Values(1 / Encoding.LARGEST_E4M3, 0));
    }

    /** What codes of the largest spread are multiplied by to become {@link Values#weights}. */
    private static double scale(int inputs) {
        return Values.weights(inputs).reach() / Encoding.LARGEST_E4M3;
    }

    private void plain(String name, Values values, long... shape) {
        add(name, format.plain(), values, shape);
    }

    private void add(String name, String dtype, Values values, long... shape) {
        all.add(SyntheticTensor.of(name, dtype, values, shape));
    }
}
