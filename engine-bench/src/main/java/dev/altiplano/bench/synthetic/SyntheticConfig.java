package dev.altiplano.bench.synthetic;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;

/** The JSON files of a synthetic folder. */
final class SyntheticConfig {
    private static final int PUBLISHED_VOCABULARY = 202_048;

    private static final String PLAIN_PARTS =
            "\"re:.*lm_head\", \"re:.*self_attn\", \"re:.*router\", \"re:.*vision_model\","
                    + " \"re:.*multi_modal_projector\"";
    private static final String DENSE_PARTS =
            ", \"re:.*shared_expert\", \"re:.*feed_forward\\\\.(gate|up|down)_proj\"";
    private static final String EXCLUDED =
            "[\"*lm_head\", \"*model.layers.*.self_attn*\", \"*router*\", \"vision_model*\","
                    + " \"multi_modal_projector*\"]";

    private SyntheticConfig() {}

    /** {@code config.json}. */
    static String config(SyntheticShape shape, SyntheticFormat format) {
        Map<String, String> fields = new LinkedHashMap<>();
        if (shape.vision().isPresent()) {
            fields.put("architectures", "[\"Llama4ForConditionalGeneration\"]");
            fields.put("model_type", "\"llama4\"");
            fields.put("image_token_index", Integer.toString(patchTokenId(shape)));
            fields.put("text_config", object(text(shape, format)).strip());
            fields.put("vision_config", object(vision(shape.vision().get())).strip());
        } else {
            fields.put("architectures", "[\"Llama4ForCausalLM\"]");
            fields.putAll(text(shape, format));
        }
        if (format.expertsApart()) {
            String ignored = PLAIN_PARTS + (format.densePartsQuantised() ? "" : DENSE_PARTS);
            fields.put("quantization_config", compressedTensors(ignored));
        } else if (format.quantised()) {
            fields.put(
                    "quantization_config",
                    "{\"quant_method\": \"modelopt\", \"quant_algo\": \"FP8\", \"ignore\": %s}"
                            .formatted(EXCLUDED));
        }
        return object(fields);
    }

    private static Map<String, String> text(SyntheticShape shape, SyntheticFormat format) {
        Map<String, String> fields = new LinkedHashMap<>();
        fields.put("model_type", "\"llama4_text\"");
        shape.sizes().forEach((name, value) -> fields.put(name, Integer.toString(value)));
        fields.put("use_qk_norm", Boolean.toString(shape.qkNorm()));
        if (shape.experts() == 0 || shape.get("interleave_moe_layer_step") == 0) {
            fields.put("moe_layers", "[]");
        }
        fields.put("rms_norm_eps", "1e-05");
        fields.put("hidden_act", "\"silu\"");
        fields.put("attention_bias", "false");
        fields.put("tie_word_embeddings", "false");
        fields.put("attn_temperature_tuning", "true");
        fields.put("floor_scale", "8192");
        fields.put("attn_scale", "0.1");
        fields.put("rope_theta", "500000.0");
        fields.put("rope_scaling", shape.qkNorm() ? scoutScaling() : "null");
        fields.put("dtype", dtype(format));
        fields.putAll(specialIds(shape));
        return fields;
    }

    private static Map<String, String> vision(SyntheticVision vision) {
        Map<String, String> fields = new LinkedHashMap<>();
        fields.put("model_type", "\"llama4_vision_model\"");
        vision.sizes().forEach((name, value) -> fields.put(name, Integer.toString(value)));
        fields.put("projector_output_dim", Integer.toString(vision.adapter()));
        fields.put("vision_output_dim", Integer.toString(vision.adapter()));
        fields.put("num_channels", "3");
        fields.put("pixel_shuffle_ratio", "0.5");
        fields.put("hidden_act", "\"gelu\"");
        fields.put("norm_eps", "1e-05");
        fields.put("rope_theta", "10000");
        return fields;
    }

    /** The published one, or the last but one of another vocabulary. */
    private static int patchTokenId(SyntheticShape shape) {
        boolean published = shape.vocabulary() == PUBLISHED_VOCABULARY;
        return published ? 200_092 : Math.max(0, shape.vocabulary() - 2);
    }

    /** {@code generation_config.json}. */
    static String generationConfig(SyntheticShape shape) {
        return object(specialIds(shape));
    }

    /** {@code hf_quant_config.json} of ModelOpt folders. */
    static String modelOptConfig() {
        return object(
                Map.of(
                        "quantization",
                        "{\"quant_algo\": \"FP8\", \"kv_cache_quant_algo\": null,"
                                + " \"exclude_modules\": %s}".formatted(EXCLUDED)));
    }

    /** {@code model.safetensors.index.json}. */
    static String index(long bytes, Map<String, String> fileOfTensor) {
        String map =
                fileOfTensor.entrySet().stream()
                        .map(entry -> "\"%s\": \"%s\"".formatted(entry.getKey(), entry.getValue()))
                        .collect(Collectors.joining(",\n    ", "{\n    ", "\n  }"));
        Map<String, String> fields = new LinkedHashMap<>();
        fields.put("metadata", "{\"total_size\": %d}".formatted(bytes));
        fields.put("weight_map", map);
        return object(fields);
    }

    /** One scale per output of every linear map that is not {@code ignored}. */
    private static String compressedTensors(String ignored) {
        return """
        {
            "quant_method": "compressed-tensors",
            "format": "float-quantized",
            "quantization_status": "compressed",
            "kv_cache_scheme": null,
            "config_groups": {
              "group_0": {
                "targets": ["Linear"],
                "weights": {"num_bits": 8, "type": "float", "symmetric": true,
                  "strategy": "channel", "dynamic": false},
                "input_activations": {"num_bits": 8, "type": "float", "symmetric": true,
                  "strategy": "token", "dynamic": true}
              }
            },
            "ignore": [%s]
          }\
        """
                .formatted(ignored);
    }

    /** The frequencies of Scout; Maverick, which normalises no queries, scales none. */
    private static String scoutScaling() {
        return "{\"rope_type\": \"llama3\", \"factor\": 16.0, \"low_freq_factor\": 1.0,"
                + " \"high_freq_factor\": 1.0, \"original_max_position_embeddings\": 8192}";
    }

    private static String dtype(SyntheticFormat format) {
        return switch (format) {
            case F32 -> "\"float32\"";
            case F16 -> "\"float16\"";
            default -> "\"bfloat16\"";
        };
    }

    private static Map<String, String> specialIds(SyntheticShape shape) {
        boolean published = shape.vocabulary() == PUBLISHED_VOCABULARY;
        int last = shape.vocabulary() - 1;
        Map<String, String> ids = new LinkedHashMap<>();
        ids.put("bos_token_id", published ? "200000" : Integer.toString(Math.min(1, last)));
        ids.put(
                "eos_token_id",
                published ? "[200001, 200007, 200008]" : Integer.toString(Math.min(2, last)));
        return ids;
    }

    private static String object(Map<String, String> fields) {
        return fields.entrySet().stream()
                .map(field -> "\"%s\": %s".formatted(field.getKey(), field.getValue()))
                .collect(Collectors.joining(",\n  ", "{\n  ", "\n}\n"));
    }
}
