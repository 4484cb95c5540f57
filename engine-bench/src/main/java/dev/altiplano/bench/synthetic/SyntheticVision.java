package dev.altiplano.bench.synthetic;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The sizes of a Llama 4 image tower under their names in {@code vision_config}. Immutable: {@link
 * #with} returns a changed copy.
 */
public final class SyntheticVision {
    private static final int MOST_LAYERS = 4096;
    private static final int CHANNELS = 3;

    private final Map<String, Integer> sizes;

    private SyntheticVision(Map<String, Integer> sizes) {
        this.sizes = sizes;
    }

    /** The tower of Scout and Maverick: 34 layers, 1408 wide, tiles of 336 pixels. */
    public static SyntheticVision published() {
        Map<String, Integer> sizes = new LinkedHashMap<>();
        sizes.put("hidden_size", 1408);
        sizes.put("num_hidden_layers", 34);
        sizes.put("num_attention_heads", 16);
        sizes.put("intermediate_size", 5632);
        sizes.put("image_size", 336);
        sizes.put("patch_size", 14);
        sizes.put("projector_input_dim", 4096);
        return new SyntheticVision(sizes);
    }

    /**
     * Another value of one size. What contradicts the others shows when the folder is opened.
     *
     * @throws IllegalArgumentException if there is no such size or the value is out of range
     */
    public SyntheticVision with(String name, int value) {
        if (!sizes.containsKey(name)) {
            throw new IllegalArgumentException(
                    "'%s' is not one of %s".formatted(name, String.join(", ", sizes.keySet())));
        }
        int most = name.equals("num_hidden_layers") ? MOST_LAYERS : 1 << 16;
        if (value < 1 || value > most) {
            throw new IllegalArgumentException(
                    "%s is %d, expected 1 to %d".formatted(name, value, most));
        }
        Map<String, Integer> changed = new LinkedHashMap<>(sizes);
        changed.put(name, value);
        return new SyntheticVision(changed);
    }

    int get(String name) {
        Integer size = sizes.get(name);
        if (size == null) {
            throw new IllegalArgumentException("there is no size '%s'".formatted(name));
        }
        return size;
    }

    /** All sizes in the order of {@code config.json}. */
    Map<String, Integer> sizes() {
        return sizes;
    }

    int hidden() {
        return get("hidden_size");
    }

    int adapter() {
        return get("projector_input_dim");
    }

    /** Numbers of a patch. */
    int patchWidth() {
        return CHANNELS * get("patch_size") * get("patch_size");
    }

    /** Patches of a tile. */
    int patches() {
        int edge = get("image_size") / get("patch_size");
        return edge * edge;
    }
}
