package dev.altiplano.bench.synthetic;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The sizes of a Llama 4 model under their names in {@code config.json}. Immutable: {@link #with}
 * returns a changed copy.
 */
public final class SyntheticShape {
    private static final Set<String> MAY_BE_ZERO =
            Set.of("interleave_moe_layer_step", "num_local_experts", "use_qk_norm");
    private static final int MOST_LAYERS = 4096;

    /** Of all layers; thirty times those of Maverick. Each may have six tensors of its own. */
    private static final long MOST_EXPERTS = 100_000;

    private final NamedSizes sizes;
    private final Optional<SyntheticVision> vision;

    private SyntheticShape(NamedSizes sizes, Optional<SyntheticVision> vision) {
        this.sizes = sizes;
        this.vision = vision;
    }

    /**
     * Llama 4 Scout, cut to its first layers: every layer a mixture of 16 experts.
     *
     * @param layers 1 to 4096; the published model has 48
     */
    public static SyntheticShape scout(int layers) {
        return published()
                .with("num_local_experts", 16)
                .with("interleave_moe_layer_step", 1)
                .with("use_qk_norm", 1)
                .with("num_hidden_layers", layers);
    }

    /**
     * Llama 4 Maverick, cut to its first layers: every second layer a mixture of 128 experts.
     *
     * @param layers 1 to 4096; the published model has 48
     */
    public static SyntheticShape maverick(int layers) {
        return published()
                .with("num_local_experts", 128)
                .with("interleave_moe_layer_step", 2)
                .with("use_qk_norm", 0)
                .with("num_hidden_layers", layers);
    }

    private static SyntheticShape published() {
        Map<String, Integer> sizes = new LinkedHashMap<>();
        sizes.put("vocab_size", 202_048);
        sizes.put("hidden_size", 5120);
        sizes.put("intermediate_size", 8192);
        sizes.put("intermediate_size_mlp", 16_384);
        sizes.put("num_hidden_layers", 48);
        sizes.put("num_attention_heads", 40);
        sizes.put("num_key_value_heads", 8);
        sizes.put("head_dim", 128);
        sizes.put("num_local_experts", 16);
        sizes.put("num_experts_per_tok", 1);
        sizes.put("interleave_moe_layer_step", 1);
        sizes.put("no_rope_layer_interval", 4);
        sizes.put("attention_chunk_size", 8192);
        sizes.put("max_position_embeddings", 1 << 20);
        sizes.put("use_qk_norm", 1);
        return new SyntheticShape(new NamedSizes(sizes), Optional.empty());
    }

    /**
     * Another value of one size.
     *
     * @param name as in {@code config.json}, for example {@code hidden_size}; {@code use_qk_norm}
     *     is 1 or 0
     * @throws IllegalArgumentException if there is no such size or the value is out of range
     */
    public SyntheticShape with(String name, int value) {
        int least = MAY_BE_ZERO.contains(name) ? 0 : 1;
        int most =
                switch (name) {
                    case "num_hidden_layers" -> MOST_LAYERS;
                    case "use_qk_norm" -> 1;
                    default -> Integer.MAX_VALUE / 2;
                };
        return new SyntheticShape(sizes.with(name, value, least, most), vision);
    }

    /** The same with an image tower. */
    public SyntheticShape withVision(SyntheticVision tower) {
        return new SyntheticShape(sizes, Optional.of(tower));
    }

    /** The image tower; empty in a text model. */
    Optional<SyntheticVision> vision() {
        return vision;
    }

    /** The size of that name. */
    int get(String name) {
        return sizes.get(name);
    }

    /** All sizes in the order of {@code config.json}. */
    Map<String, Integer> sizes() {
        return sizes.all();
    }

    /** Decoder layers. */
    public int layers() {
        return get("num_hidden_layers");
    }

    int vocabulary() {
        return get("vocab_size");
    }

    int hidden() {
        return get("hidden_size");
    }

    /** Rows of q. */
    int queryWidth() {
        return Math.multiplyExact(get("num_attention_heads"), get("head_dim"));
    }

    /** Rows of k and of v. */
    int keyWidth() {
        return Math.multiplyExact(get("num_key_value_heads"), get("head_dim"));
    }

    int experts() {
        return get("num_local_experts");
    }

    /** Whether a layer, counted from 0, is a mixture of experts. */
    boolean isMixture(int layer) {
        int step = get("interleave_moe_layer_step");
        return experts() > 0 && step > 0 && (layer + 1) % step == 0;
    }

    boolean qkNorm() {
        return get("use_qk_norm") == 1;
    }

    /**
     * Refuses sizes that contradict each other.
     *
     * @throws IllegalArgumentException naming them
     */
    void requireConsistent() {
        if (get("num_attention_heads") % get("num_key_value_heads") != 0) {
            throw new IllegalArgumentException(
                    "num_attention_heads is %d, not a multiple of num_key_value_heads %d"
                            .formatted(get("num_attention_heads"), get("num_key_value_heads")));
        }
        if (get("head_dim") % 2 != 0) {
            throw new IllegalArgumentException(
                    "head_dim is %d, expected an even number".formatted(get("head_dim")));
        }
        if ((long) layers() * experts() > MOST_EXPERTS) {
            throw new IllegalArgumentException(
                    "num_hidden_layers is %d and num_local_experts %d, expected at most %d experts in"
                                    .formatted(layers(), experts(), MOST_EXPERTS)
                            + " all layers");
        }
        if (experts() > 0 && get("num_experts_per_tok") > experts()) {
            throw new IllegalArgumentException(
                    "num_experts_per_tok is %d, expected at most num_local_experts %d"
                            .formatted(get("num_experts_per_tok"), experts()));
        }
    }

    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "%d layers, hidden size %d, %d experts, vocabulary %d%s",
                layers(),
                hidden(),
                experts(),
                vocabulary(),
                vision.isPresent() ? ", image tower" : "");
    }
}
