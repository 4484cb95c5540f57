package dev.altiplano.loader;

import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.IntStream;

/**
 * A valid checkpoint of a few kilobytes that tests change in one place: layers 0 and 2 dense, 1 and
 * 3 with 3 experts, layer 3 without positions.
 */
final class TinyFolder {
    static final int HIDDEN = 8;
    static final int VOCABULARY = 11;
    static final int HEADS = 2;
    static final int HEAD_DIM = 4;
    static final int EXPERTS = 3;
    static final int EXPERT_WIDTH = 6;
    static final int DENSE_WIDTH = 10;
    static final int LAYERS = 4;

    /** Its {@code config.json}, free to be changed before {@link #write}. */
    final ObjectNode config = text();

    /** Its tensors, free to be changed before {@link #write}. */
    final TreeMap<String, TensorSpec> tensors = new TreeMap<>();

    /** Whole numbers of I32 and I64 tensors that are not to be 0. */
    final TreeMap<String, int[]> integers = new TreeMap<>();

    /** Contents of tensors of bytes that are not to be 0. */
    final TreeMap<String, byte[]> bytes = new TreeMap<>();

    private final Path folder;

    private TinyFolder(Path folder) {
        this.folder = folder;
    }

    /** With fused experts and the names of the text-only class. */
    static TinyFolder in(Path folder) {
        TinyFolder tiny = new TinyFolder(folder);
        tiny.fill("model.", "lm_head.weight", true);
        return tiny;
    }

    /** With other names; experts fused or one by one. */
    static TinyFolder in(Path folder, String prefix, String head, boolean fused) {
        TinyFolder tiny = new TinyFolder(folder);
        tiny.fill(prefix, head, fused);
        return tiny;
    }

    static ObjectNode text() {
        ObjectNode text = JsonMapper.shared().createObjectNode();
        text.put("model_type", "llama4_text");
        text.putArray("architectures").add("Llama4ForCausalLM");
        text.put("vocab_size", VOCABULARY).put("hidden_size", HIDDEN);
        text.put("num_hidden_layers", LAYERS).put("num_attention_heads", HEADS);
        text.put("num_key_value_heads", 1).put("head_dim", HEAD_DIM);
        text.put("intermediate_size", EXPERT_WIDTH).put("intermediate_size_mlp", DENSE_WIDTH);
        text.put("num_local_experts", EXPERTS).put("num_experts_per_tok", 1);
        text.put("interleave_moe_layer_step", 2).put("attention_chunk_size", 4);
        text.put("rms_norm_eps", 1e-5).put("rope_theta", 10_000.0);
        text.put("bos_token_id", 1).put("eos_token_id", 2);
        return text;
    }

    private void fill(String prefix, String head, boolean fused) {
        add(prefix + "embed_tokens.weight", VOCABULARY, HIDDEN);
        add(prefix + "norm.weight", HIDDEN);
        add(head, VOCABULARY, HIDDEN);
        for (int i = 0; i < LAYERS; i++) {
            String layer = prefix + "layers." + i + ".";
            add(layer + "input_layernorm.weight", HIDDEN);
            add(layer + "post_attention_layernorm.weight", HIDDEN);
            add(layer + "self_attn.q_proj.weight", HEADS * HEAD_DIM, HIDDEN);
            add(layer + "self_attn.k_proj.weight", HEAD_DIM, HIDDEN);
            add(layer + "self_attn.v_proj.weight", HEAD_DIM, HIDDEN);
            add(layer + "self_attn.o_proj.weight", HIDDEN, HEADS * HEAD_DIM);
            if (i % 2 == 0) {
                addDense(layer + "feed_forward.", DENSE_WIDTH);
            } else {
                addMixture(layer + "feed_forward.", fused);
            }
        }
    }

    private void addMixture(String prefix, boolean fused) {
        add(prefix + "router.weight", EXPERTS, HIDDEN);
        addDense(prefix + "shared_expert.", EXPERT_WIDTH);
        if (fused) {
            add(prefix + "experts.gate_up_proj", EXPERTS, HIDDEN, 2 * EXPERT_WIDTH);
            add(prefix + "experts.down_proj", EXPERTS, EXPERT_WIDTH, HIDDEN);
        } else {
            IntStream.range(0, EXPERTS)
                    .forEach(j -> addDense(prefix + "experts." + j + ".", EXPERT_WIDTH));
        }
    }

    private void addDense(String prefix, int width) {
        add(prefix + "gate_proj.weight", width, HIDDEN);
        add(prefix + "up_proj.weight", width, HIDDEN);
        add(prefix + "down_proj.weight", HIDDEN, width);
    }

    /** Adds a BF16 tensor, or replaces the one of that name. */
    TinyFolder add(String name, long... shape) {
        return add(name, "BF16", shape);
    }

    TinyFolder add(String name, String dtype, long... shape) {
        tensors.put(name, TensorSpec.of(name, dtype, shape));
        return this;
    }

    TinyFolder remove(String name) {
        if (tensors.remove(name) == null) {
            throw new IllegalArgumentException("no tensor " + name);
        }
        return this;
    }

    /** Writes {@code config.json} and one {@code model.safetensors}. */
    Path write() {
        writeConfig();
        writeShard("model.safetensors", List.copyOf(tensors.values()));
        return folder;
    }

    /** Writes {@code config.json}, two shards and their index. */
    Path writeSharded() {
        writeConfig();
        List<TensorSpec> shuffled = new ArrayList<>(tensors.values());
        Collections.shuffle(shuffled, new Random(4)); // layers lie in both shards
        int half = shuffled.size() / 2;
        ObjectNode index = JsonMapper.shared().createObjectNode();
        index.putObject("metadata").put("total_size", 1);
        ObjectNode weightMap = index.putObject("weight_map");
        for (int shard = 0; shard < 2; shard++) {
            String name = "model-0000%d-of-00002.safetensors".formatted(shard + 1);
            List<TensorSpec> specs =
                    shard == 0
                            ? shuffled.subList(0, half)
                            : shuffled.subList(half, shuffled.size());
            writeShard(name, specs);
            specs.forEach(spec -> weightMap.put(spec.name(), name));
        }
        writeText("model.safetensors.index.json", index.toString());
        return folder;
    }

    private void writeConfig() {
        writeText("config.json", config.toString());
    }

    void writeText(String file, String text) {
        try {
            Files.createDirectories(folder);
            Files.writeString(folder.resolve(file), text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void writeShard(String file, List<TensorSpec> specs) {
        try (SafetensorsWriter writer = SafetensorsWriter.create(folder.resolve(file), specs)) {
            for (TensorSpec spec : specs) {
                int count =
                        (int) spec.shape().stream().mapToLong(n -> n).reduce(1, (a, b) -> a * b);
                switch (spec.dtype()) {
                    case "F32", "F16", "BF16" -> writer.add(values(spec.name(), count));
                    case "I32", "I64" ->
                            writer.add(integers.getOrDefault(spec.name(), new int[count]));
                    default ->
                            writer.add(
                                    MemorySegment.ofArray(
                                            bytes.getOrDefault(spec.name(), new byte[count])));
                }
            }
            writer.finish();
        }
    }

    /** What this folder stores under a name: numbers that BF16, F16 and F32 hold exactly. */
    static float[] values(String name, int count) {
        Random random = new Random(name.hashCode());
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (random.nextInt(255) - 127) / 64f;
        }
        return values;
    }
}
