package dev.altiplano.loader.internal;

import dev.altiplano.loader.CheckpointException;
import dev.altiplano.loader.StoredTensor;

import java.util.List;
import java.util.Optional;

/**
 * Tells quantised weights from plain ones, tensor by tensor: what {@code config.json} says about it
 * is wrong in too many folders.
 */
final class Quantisation {
    private static final List<String> SUFFIXES =
            List.of(
                    "weight_scale",
                    "weight_scale_inv",
                    "weight_scale_2",
                    "weight_packed",
                    "weight_global_scale",
                    "weight_zero_point",
                    "gate_up_proj_scale",
                    "down_proj_scale");

    private Quantisation() {}

    /** Refuses the first quantised weight of the text model. */
    static void requireNone(TensorIndex index, Optional<String> scheme) {
        for (MappedTensor tensor : index.tensors()) {
            StoredTensor stored = tensor.stored();
            if (isQuantised(stored)) {
                throw new CheckpointException(
                        "%s: tensor '%s' has dtype %s, expected plain weights of BF16, F16 or F32%s"
                                .formatted(
                                        stored.file(),
                                        Shown.text(stored.name()),
                                        stored.dtype(),
                                        scheme.map(Quantisation::inWords).orElse("")));
            }
        }
    }

    private static String inWords(String scheme) {
        return " (quantised by %s, which is not supported yet)".formatted(Shown.text(scheme));
    }

    private static boolean isQuantised(StoredTensor stored) {
        String name = stored.name();
        return !TextNames.isVision(name)
                && (hasSuffix(name) || (isWeight(name) && stored.dtype().startsWith("F8_")));
    }

    private static boolean hasSuffix(String name) {
        for (String suffix : SUFFIXES) { // no stream: asked for every tensor
            if (name.endsWith(suffix)) {
                return true;
            }
        }
        return false;
    }

    private static boolean isWeight(String name) {
        return name.endsWith(".weight") || name.endsWith("_proj");
    }
}
