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

    private final NamedSizes sizes;

    private SyntheticVision(NamedSizes sizes) {
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
        return new SyntheticVision(new NamedSizes(sizes));
    }

    /**
     * Another value of one size. What contradicts the others shows when the folder is opened.
     *
     * @throws IllegalArgumentException if there is no such size or the value is out of range
     */
    public SyntheticVision with(String name, int value) {
        int most = name.equals("num_hidden_layers") ? MOST_LAYERS : 1 << 16;
        return new SyntheticVision(sizes.with(name, value, 1, most));
    }

    int get(String name) {
        return sizes.get(name);
    }

    /** All sizes in the order of {@code config.json}. */
    Map<String, Integer> sizes() {
        return sizes.all();
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
