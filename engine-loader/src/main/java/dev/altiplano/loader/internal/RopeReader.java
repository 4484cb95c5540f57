package dev.altiplano.loader.internal;

import dev.altiplano.loader.Llama3Scaling;
import dev.altiplano.loader.RopeParameters;

import java.util.List;
import java.util.Optional;

/**
 * Reads the rotation in its old spelling ({@code rope_theta} beside {@code rope_scaling}) and its
 * new one ({@code rope_parameters} holds both). When a file has both, the old dictionary wins, as
 * in transformers; a {@code rope_theta} inside the dictionary wins over the one beside it.
 */
final class RopeReader {
    private static final double DEFAULT_THETA = 500_000;

    private final Fields text;

    RopeReader(Fields text) {
        this.text = text;
    }

    RopeParameters read() {
        Optional<Fields> rope = dictionary("rope_scaling").or(() -> dictionary("rope_parameters"));
        double outer = text.number("rope_theta", DEFAULT_THETA);
        if (rope.isEmpty()) {
            return parameters(text, outer, Optional.empty());
        }
        Fields fields = rope.get();
        requireOnePartForAllLayers(fields);
        return parameters(fields, fields.number("rope_theta", outer), scaling(fields));
    }

    private static RopeParameters parameters(
            Fields fields, double theta, Optional<Llama3Scaling> scaling) {
        try {
            return new RopeParameters(theta, scaling);
        } catch (IllegalArgumentException e) {
            throw fields.wrong(e);
        }
    }

    /** A dictionary that says something: an empty one counts as missing. */
    private Optional<Fields> dictionary(String name) {
        return text.object(name).filter(fields -> !fields.isEmpty());
    }

    private static void requireOnePartForAllLayers(Fields rope) {
        for (String perLayerType : List.of("full_attention", "chunked_attention")) {
            if (rope.has(perLayerType)) {
                throw rope.wrong(perLayerType, "one rotation for all layers");
            }
        }
        if (rope.number("partial_rotary_factor", 1) != 1) {
            throw rope.wrong("partial_rotary_factor", "1 (Llama 4 rotates whole heads)");
        }
    }

    private static Optional<Llama3Scaling> scaling(Fields rope) {
        String key = rope.hasValue("rope_type") ? "rope_type" : "type";
        return switch (rope.text(key).orElse("default")) {
            case "default" -> Optional.empty();
            case "llama3" -> Optional.of(llama3(rope));
            default -> throw rope.wrong(key, "default or llama3");
        };
    }

    private static Llama3Scaling llama3(Fields rope) {
        try {
            return new Llama3Scaling(
                    rope.number("factor"),
                    rope.number("low_freq_factor"),
                    rope.number("high_freq_factor"),
                    rope.integer("original_max_position_embeddings", 1));
        } catch (IllegalArgumentException e) {
            throw rope.wrong(e);
        }
    }
}
