package dev.altiplano.loader.internal;

import dev.altiplano.loader.CheckpointException;

import java.util.List;
import java.util.stream.Stream;

/**
 * How the tensors of a folder are named: what stands before {@code layers.0…}, and what the head is
 * called.
 *
 * @param prefix ends in a dot
 * @param head full name of the head, without {@code .weight}
 */
public record TextNames(String prefix, String head) {
    private static final List<String> PREFIXES =
            List.of("language_model.model.", "model.", "model.language_model.");
    private static final List<String> HEADS =
            List.of(
                    "language_model.lm_head",
                    "lm_head",
                    "model.lm_head",
                    "model.language_model.lm_head");
    private static final List<String> VISION =
            List.of(
                    "vision_model.",
                    "multi_modal_projector.",
                    "model.vision_model.",
                    "model.multi_modal_projector.");

    /** The naming that {@code index} follows. */
    public static TextNames of(TensorIndex index) {
        List<String> prefixes = present(index, PREFIXES, "embed_tokens").toList();
        if (prefixes.size() != 1) {
            throw new CheckpointException(
                    "%s: %s embedding is there, expected one tensor 'embed_tokens.weight' behind %s"
                            .formatted(
                                    index.file(),
                                    prefixes.isEmpty() ? "no" : "more than one",
                                    String.join(" or ", PREFIXES)));
        }
        String prefix = prefixes.getFirst();
        String usual = prefix.startsWith("language_model.") ? HEADS.get(0) : HEADS.get(1);
        return new TextNames(prefix, present(index, HEADS, "").findFirst().orElse(usual));
    }

    private static Stream<String> present(TensorIndex index, List<String> names, String suffix) {
        return names.stream()
                .filter(name ->
                        index.find(name + suffix + ".weight") != null
                                || index.find(name + suffix + ".weight_packed") != null);
    }

    public String embedding() {
        return prefix + "embed_tokens";
    }

    public String norm() {
        return prefix + "norm.weight";
    }

    public String layer(int i) {
        return prefix + "layers." + i + ".";
    }

    /** Whether a tensor belongs to the image tower or its projector. */
    public static boolean isVision(String name) {
        for (String prefix : VISION) { // no stream: asked for every tensor
            if (name.startsWith(prefix)) {
                return true;
            }
        }
        return false;
    }
}
