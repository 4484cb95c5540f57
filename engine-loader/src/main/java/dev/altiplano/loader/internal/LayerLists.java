package dev.altiplano.loader.internal;

import dev.altiplano.loader.LayerKind;

import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * The facts per layer, from a list or from an interval. Lists may be longer than the model:
 * published files keep those of a bigger sibling.
 */
final class LayerLists {
    private final Fields text;
    private final int count;
    private final boolean chunks;

    /**
     * @param count number of layers
     * @param chunks whether there are chunks at all
     */
    LayerLists(Fields text, int count, boolean chunks) {
        this.text = text;
        this.count = count;
        this.chunks = chunks;
    }

    List<LayerKind> layers() {
        boolean[] rotary = rotary();
        boolean[] chunked = chunked(rotary);
        Set<Integer> mixtures = mixtures();
        return IntStream.range(0, count)
                .mapToObj(i -> new LayerKind(rotary[i], chunked[i], mixtures.contains(i)))
                .toList();
    }

    /** {@code no_rope_layers}, where 1 means rotary; null, missing and empty mean the interval. */
    private boolean[] rotary() {
        boolean[] rotary = new boolean[count];
        List<Integer> list = text.switches("no_rope_layers").orElse(List.of());
        if (!list.isEmpty()) {
            requireLength("no_rope_layers", list.size());
            for (int i = 0; i < count; i++) {
                rotary[i] = list.get(i) == 1;
            }
        } else {
            int interval = text.integer("no_rope_layer_interval", 1, 4);
            for (int i = 0; i < count; i++) {
                rotary[i] = (i + 1) % interval != 0;
            }
        }
        return rotary;
    }

    /** {@code layer_types}; without it, rotary layers are chunked. */
    private boolean[] chunked(boolean[] rotary) {
        boolean[] chunked = rotary.clone();
        Optional<List<String>> list = text.texts("layer_types");
        if (list.isPresent()) {
            requireLength("layer_types", list.get().size());
            for (int i = 0; i < count; i++) {
                chunked[i] = isChunked(list.get().get(i));
            }
        }
        return chunks ? chunked : new boolean[count];
    }

    private boolean isChunked(String type) {
        return switch (type) {
            case "chunked_attention" -> true;
            case "full_attention" -> false;
            default ->
                    throw text.wrong(
                            "layer_types",
                            type,
                            "chunked_attention or full_attention in each place");
        };
    }

    /** {@code moe_layers}, where an empty list means none; null and missing mean the interval. */
    private Set<Integer> mixtures() {
        Optional<List<Integer>> list = text.integers("moe_layers", 0);
        if (list.isPresent()) {
            return new HashSet<>(list.get());
        }
        int step = text.integer("interleave_moe_layer_step", 0, 1);
        Set<Integer> mixtures = new HashSet<>();
        if (step == 0) {
            if (text.integer("num_local_experts", 0, 16) > 0) {
                throw text.wrong(
                        "interleave_moe_layer_step", "1 or more, or no experts, or moe_layers");
            }
            return mixtures;
        }
        for (long i = step - 1L; i < count; i += step) {
            mixtures.add((int) i);
        }
        return mixtures;
    }

    private void requireLength(String name, int length) {
        if (length < count) {
            throw text.wrong(
                    name,
                    "a list of %d".formatted(length),
                    "%d or more (num_hidden_layers)".formatted(count));
        }
    }
}
