package dev.altiplano;

import dev.altiplano.loader.SafetensorsWriter;
import dev.altiplano.loader.TensorSpec;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A checkpoint whose weights come from a formula of their names, so that golden numbers need no
 * file.
 *
 * <p>Eight layers, hidden 32, chunk 4, six experts; MoE in every second layer, layers 3 and 7
 * without position encoding.
 */
public final class FormulaCheckpoint {
    private static final int HIDDEN = 32;
    private static final int EXPERT = 24;
    private static final int DENSE = 40;
    private static final int EXPERTS = 6;
    private static final int VOCABULARY = 97;

    private FormulaCheckpoint() {}

    /**
     * Writes the folder.
     *
     * @param expertsPerToken 1 or 2
     * @param scout with q/k norm and llama3 frequencies; otherwise with neither
     */
    static Path write(Path folder, int expertsPerToken, boolean scout) throws IOException {
        String rope =
                scout
                        ? """
                        {"rope_type": "llama3", "factor": 16, "low_freq_factor": 1,
                         "high_freq_factor": 1, "original_max_position_embeddings": 16}\
                        """
                        : "null";
        Files.writeString(
                folder.resolve("config.json"),
                """
                {"architectures": ["Llama4ForCausalLM"], "model_type": "llama4_text",
                 "vocab_size": 97, "hidden_size": 32, "intermediate_size": 24,
                 "intermediate_size_mlp": 40, "num_hidden_layers": 8, "num_attention_heads": 4,
                 "num_key_value_heads": 2, "head_dim": 8, "num_local_experts": 6,
                 "num_experts_per_tok": %d, "interleave_moe_layer_step": 2,
                 "no_rope_layer_interval": 4, "attention_chunk_size": 4, "floor_scale": 3,
                 "attn_scale": 0.1, "attn_temperature_tuning": true, "rms_norm_eps": 1e-5,
                 "rope_theta": 500000.0, "rope_scaling": %s, "use_qk_norm": %s,
                 "tie_word_embeddings": false}
                """
                        .formatted(expertsPerToken, rope, scout));
        List<TensorSpec> tensors = tensors();
        try (SafetensorsWriter writer =
                SafetensorsWriter.create(folder.resolve("model.safetensors"), tensors)) {
            for (TensorSpec tensor : tensors) {
                writer.add(values(tensor));
            }
            writer.finish();
        }
        return folder;
    }

    private static List<TensorSpec> tensors() {
        List<TensorSpec> all = new ArrayList<>();
        add(all, "model.embed_tokens.weight", VOCABULARY, HIDDEN);
        add(all, "model.norm.weight", HIDDEN);
        add(all, "lm_head.weight", VOCABULARY, HIDDEN);
        for (int i = 0; i < 8; i++) {
            String layer = "model.layers." + i + ".";
            add(all, layer + "input_layernorm.weight", HIDDEN);
            add(all, layer + "post_attention_layernorm.weight", HIDDEN);
            add(all, layer + "self_attn.q_proj.weight", 32, HIDDEN);
            add(all, layer + "self_attn.k_proj.weight", 16, HIDDEN);
            add(all, layer + "self_attn.v_proj.weight", 16, HIDDEN);
            add(all, layer + "self_attn.o_proj.weight", HIDDEN, 32);
            String block = layer + "feed_forward.";
            if (i % 2 == 0) {
                swiGlu(all, block, DENSE);
            } else {
                add(all, block + "router.weight", EXPERTS, HIDDEN);
                add(all, block + "experts.gate_up_proj", EXPERTS, HIDDEN, 2 * EXPERT);
                add(all, block + "experts.down_proj", EXPERTS, EXPERT, HIDDEN);
                swiGlu(all, block + "shared_expert.", EXPERT);
            }
        }
        return all;
    }

    private static void swiGlu(List<TensorSpec> all, String block, int width) {
        add(all, block + "gate_proj.weight", width, HIDDEN);
        add(all, block + "up_proj.weight", width, HIDDEN);
        add(all, block + "down_proj.weight", HIDDEN, width);
    }

    private static void add(List<TensorSpec> all, String name, long... shape) {
        all.add(new TensorSpec(name, "F32", java.util.Arrays.stream(shape).boxed().toList()));
    }

    static float[] values(TensorSpec tensor) {
        int count =
                (int) tensor.shape().stream().mapToLong(Long::longValue).reduce(1, (a, b) -> a * b);
        return values(tensor.name(), count);
    }

    /**
     * The formula: FNV-1a of the name seeds a linear congruential generator.
     *
     * @param name weights of norms lie around 1, everything else around 0
     */
    public static float[] values(String name, int count) {
        long state = 0xcbf29ce484222325L;
        for (byte b : name.getBytes(StandardCharsets.UTF_8)) {
            state = (state ^ (b & 0xff)) * 0x100000001b3L;
        }
        boolean norm = name.matches(".*norm(_pre|_post)?\\.weight");
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            state = state * 6364136223846793005L + 1442695040888963407L;
            double u = (state >>> 40) / (double) (1 << 24) - 0.5;
            values[i] = (float) (norm ? 1 + u * 0.6 : u * 0.6);
        }
        return values;
    }
}
