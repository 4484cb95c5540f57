package dev.altiplano.loader;

import tools.jackson.databind.node.ObjectNode;

import java.nio.file.Path;

/**
 * A {@link TinyFolder} in which nearly every matrix is quantised in another published format.
 * Groups have {@value #GROUP} inputs.
 */
final class QuantisedFolder {
    static final int GROUP = 4;
    static final String DENSE = "model.layers.0.feed_forward.";
    static final String ATTENTION = "model.layers.0.self_attn.";
    static final String MODELOPT = "model.layers.1.feed_forward.experts.";
    static final String FBGEMM = "model.layers.3.feed_forward.experts.";

    private QuantisedFolder() {}

    static TinyFolder in(Path folder) {
        TinyFolder tiny = TinyFolder.in(folder);
        configure(tiny.config);
        tiny.add(DENSE + "gate_proj.weight", "F8_E4M3", 10, 8);
        tiny.add(DENSE + "gate_proj.weight_scale", "BF16", 10, 1);
        addWords(tiny, DENSE + "up_proj", 10, 8, 8);
        tiny.add(DENSE + "up_proj.weight_scale", "BF16", 10, 2);
        tiny.add(DENSE + "up_proj.weight_zero_point", "I32", 2, 2);
        tiny.add(DENSE + "up_proj.weight_g_idx", "I32", 8);
        tiny.integers.put(DENSE + "up_proj.weight_g_idx", new int[] {0, 1, 0, 1, 1, 1, 0, 0});
        tiny.add(DENSE + "down_proj.weight", "I8", 8, 10);
        tiny.add(DENSE + "down_proj.weight_scale", "F32", 8, 1);
        attention(tiny);
        modelOpt(tiny);
        tiny.add(FBGEMM + "gate_up_proj", "F8_E4M3", 3, 8, 12);
        tiny.add(FBGEMM + "gate_up_proj_scale", "F32", 3, 1, 12);
        tiny.add(FBGEMM + "down_proj", "F8_E4M3", 3, 6, 8);
        tiny.add(FBGEMM + "down_proj_scale", "F32", 3, 8, 1);
        return tiny;
    }

    private static void configure(ObjectNode config) {
        ObjectNode quantisation = config.putObject("quantization_config");
        quantisation.put("quant_method", "compressed-tensors").put("format", "mixed-precision");
        ObjectNode groups = quantisation.putObject("config_groups");
        for (int bits : new int[] {4, 8}) {
            groups.putObject("group_" + bits)
                    .put("format", "pack-quantized")
                    .putObject("weights")
                    .put("num_bits", bits)
                    .put("type", "int")
                    .put("strategy", "group")
                    .put("group_size", GROUP);
        }
    }

    /** Packed codes and their true shape. */
    private static void addWords(
            TinyFolder tiny, String module, int outputs, int inputs, int perWord) {
        tiny.remove(module + ".weight");
        tiny.add(module + ".weight_packed", "I32", outputs, (inputs + perWord - 1) / perWord);
        tiny.add(module + ".weight_shape", "I64", 2);
        tiny.integers.put(module + ".weight_shape", new int[] {outputs, inputs});
    }

    private static void attention(TinyFolder tiny) {
        tiny.add(ATTENTION + "q_proj.weight", "F8_E4M3", 8, 8);
        tiny.add(ATTENTION + "q_proj.weight_scale_inv", "F32", 1, 1);
        tiny.remove(ATTENTION + "k_proj.weight");
        tiny.add(ATTENTION + "k_proj.weight_packed", "U8", 4, 4);
        tiny.add(ATTENTION + "k_proj.weight_scale", "F8_E4M3", 4, 1);
        tiny.add(ATTENTION + "k_proj.weight_global_scale", "F32", 1);
        tiny.add(ATTENTION + "k_proj.input_global_scale", "F32", 1);
        tiny.add(ATTENTION + "k_proj.k_scale", "F32");
        tiny.add(ATTENTION + "v_proj.weight", "U8", 4, 4);
        tiny.add(ATTENTION + "v_proj.weight_scale", "F8_E4M3", 4, 1);
        tiny.add(ATTENTION + "v_proj.weight_scale_2", "F32");
        tiny.add(ATTENTION + "v_proj.input_scale", "F32");
        addWords(tiny, ATTENTION + "o_proj", 8, 8, 4);
        tiny.add(ATTENTION + "o_proj.weight_scale", "F16", 8, 2);
    }

    private static void modelOpt(TinyFolder tiny) {
        tiny.add(MODELOPT + "gate_up_proj", "F8_E4M3", 3, 8, 12);
        tiny.add(MODELOPT + "gate_up_proj_weight_scale", "F32");
        tiny.add(MODELOPT + "gate_up_proj_input_scale", "F32");
        tiny.add(MODELOPT + "down_proj", "U8", 3, 3, 8);
        tiny.add(MODELOPT + "down_proj_weight_scale", "F8_E4M3", 3, 1, 8);
        tiny.add(MODELOPT + "down_proj_weight_scale_2", "F32", 1);
    }
}
