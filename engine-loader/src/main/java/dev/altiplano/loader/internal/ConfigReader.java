package dev.altiplano.loader.internal;

import dev.altiplano.loader.AttentionTemperature;
import dev.altiplano.loader.CheckpointException;
import dev.altiplano.loader.LayerKind;
import dev.altiplano.loader.Llama4Config;
import dev.altiplano.loader.RopeParameters;
import dev.altiplano.loader.SpecialIds;

import org.slf4j.LoggerFactory;

import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * Reads {@code config.json} in every spelling that Llama 4 folders use. Defaults and precedence are
 * those of {@code configuration_llama4.py} in Hugging Face transformers.
 */
public final class ConfigReader {
    private static final String FILE = "config.json";
    private static final String FULL = "llama4";
    private static final String TEXT = "llama4_text";
    private static final Set<String> ARCHITECTURES =
            Set.of("Llama4ForConditionalGeneration", "Llama4ForCausalLM");

    private static final int MOST_LAYERS = 4096;
    private static final int MOST_EXPERTS = 65_536; // of all layers together: each is an object

    private final Fields top;
    private final Fields text;

    private ConfigReader(Fields top) {
        this.top = top;
        this.text = textFields(top);
    }

    /**
     * Reads {@code config.json} of a folder.
     *
     * @throws CheckpointException if it is missing, broken, contradictory, or of another model
     */
    public static Configuration read(Path folder) {
        byte[] json = SmallFile.read(folder.resolve(FILE), Fields.LARGEST_FILE);
        MessageDigest digest = Sha256.start();
        digest.update(json);
        ConfigReader reader = new ConfigReader(Fields.parse(FILE, json));
        return new Configuration(
                reader.config(),
                SchemeReader.read(folder, reader.top, reader.text),
                reader.text == reader.top ? Optional.empty() : Optional.of(reader.top),
                Sha256.hex(digest));
    }

    private static Fields textFields(Fields top) {
        Optional<String> type = top.text("model_type");
        List<String> architectures = top.texts("architectures").orElse(List.of());
        if (!architectures.isEmpty() && architectures.stream().noneMatch(ARCHITECTURES::contains)) {
            throw top.wrong(
                    "architectures",
                    String.join(", ", architectures),
                    "Llama4ForConditionalGeneration or Llama4ForCausalLM");
        }
        if (type.isEmpty() && architectures.isEmpty()) {
            throw top.wrong("model_type", "missing", "llama4 or llama4_text");
        }
        boolean nested = type.map(FULL::equals).orElse(top.isObject("text_config"));
        if (nested) {
            Fields text = top.object("text_config").orElse(top.empty("text_config"));
            if (!text.text("model_type").orElse(TEXT).equals(TEXT)) {
                throw text.wrong("model_type", TEXT);
            }
            return text;
        }
        if (!type.orElse(TEXT).equals(TEXT)) {
            throw top.wrong("model_type", "llama4 or llama4_text");
        }
        return top;
    }

    private Llama4Config config() {
        requireKnownArithmetic();
        int heads = text.integer("num_attention_heads", 1, 40);
        int hidden = text.integer("hidden_size", 1, 5120);
        OptionalInt chunk =
                text.has("attention_chunk_size")
                        ? text.optionalInteger("attention_chunk_size", 1)
                        : OptionalInt.of(8192);
        List<LayerKind> layers = layers(chunk.isPresent());
        int experts = text.integer("num_local_experts", 0, 16);
        requireFewExperts(experts, layers);
        try {
            return new Llama4Config(
                    text.integer("vocab_size", 1, 202_048),
                    hidden,
                    heads,
                    text.has("num_key_value_heads")
                            ? text.optionalInteger("num_key_value_heads", 1).orElse(heads)
                            : 8,
                    text.has("head_dim")
                            ? text.optionalInteger("head_dim", 1).orElse(hidden / heads)
                            : 128,
                    text.integer("intermediate_size", 0, 8192),
                    text.integer("intermediate_size_mlp", 0, 16_384),
                    experts,
                    text.integer("num_experts_per_tok", 0, 1),
                    chunk,
                    text.longInteger("max_position_embeddings", 1, 131_072),
                    (float) text.number("rms_norm_eps", 1e-5),
                    text.flag("use_qk_norm", true),
                    text.flag("attention_bias", false),
                    text.flag("tie_word_embeddings", top.flag("tie_word_embeddings", false)),
                    rope(layers.size(), experts),
                    temperature(),
                    layers,
                    specialIds());
        } catch (IllegalArgumentException e) {
            throw text.wrong(e);
        }
    }

    private void requireKnownArithmetic() {
        String activation = text.text("hidden_act").orElse("silu");
        if (!activation.equals("silu")
                && !activation.equals("swish")) { // two names of one function
            throw text.wrong("hidden_act", "silu");
        }
    }

    private List<LayerKind> layers(boolean chunks) {
        int count = text.integer("num_hidden_layers", 1, 48);
        if (count > MOST_LAYERS) {
            throw text.wrong("num_hidden_layers", "an integer from 1 to " + MOST_LAYERS);
        }
        return new LayerLists(text, count, chunks).layers();
    }

    private void requireFewExperts(int experts, List<LayerKind> layers) {
        long mixtures = layers.stream().filter(LayerKind::mixture).count();
        if (experts * mixtures > MOST_EXPERTS) {
            throw text.wrong(
                    "num_local_experts",
                    "at most %d in all %d layers together".formatted(MOST_EXPERTS, mixtures));
        }
    }

    private RopeParameters rope(int layers, int experts) {
        RopeParameters rope = new RopeReader(text).read();
        boolean early =
                rope.scaling()
                        .filter(s -> s.factor() == 8 && s.highFrequencyFactor() == 4)
                        .isPresent();
        if (early && layers == 48 && experts == 16) { // the shape of Scout
            // not kept in a field: without a provider, SLF4J prints when the first logger is made
            LoggerFactory.getLogger(ConfigReader.class)
                    .warn(
                            "{}: rope_scaling has factor 8 and high_freq_factor 4, as the first"
                                    + " upload of Scout did; Meta corrected them to 16 and 1. The"
                                    + " file's values are used.",
                            text.file());
        }
        return rope;
    }

    private AttentionTemperature temperature() {
        boolean on = text.looseFlag("attn_temperature_tuning", true);
        int interval = text.integer("floor_scale", 1, 8192);
        double scale = text.number("attn_scale", 0.1);
        return new AttentionTemperature(interval, on ? (float) scale : 0);
    }

    private SpecialIds specialIds() {
        OptionalInt pad = withFallback("pad_token_id").optionalInteger("pad_token_id", -1);
        return new SpecialIds(
                id("bos_token_id", 1),
                eos(),
                pad.isPresent() && pad.getAsInt() < 0 ? OptionalInt.empty() : pad);
    }

    private OptionalInt id(String name, int byDefault) {
        Fields fields = withFallback(name);
        return fields.has(name) ? fields.optionalInteger(name, 0) : OptionalInt.of(byDefault);
    }

    private List<Integer> eos() {
        Fields fields = withFallback("eos_token_id");
        return fields.has("eos_token_id") ? IdLists.read(fields, "eos_token_id") : List.of(2);
    }

    /** Where a field stands that may be in either place. */
    private Fields withFallback(String name) {
        return text.has(name) ? text : top;
    }
}
