package dev.altiplano.loader.internal;

import dev.altiplano.loader.CheckpointException;
import dev.altiplano.loader.VisionConfig;

import java.util.List;
import java.util.Optional;

/**
 * Reads {@code vision_config}. Defaults are those of {@code configuration_llama4.py} in Hugging
 * Face transformers.
 */
final class VisionConfigReader {
    private static final double DEFAULT_THETA = 10_000;

    private final Fields top;
    private final Fields vision;

    private VisionConfigReader(Fields top) {
        this.top = top;
        this.vision = top.object("vision_config").orElse(top.empty("vision_config"));
    }

    /**
     * The tower that {@code config.json} describes.
     *
     * @throws CheckpointException if a number is out of range or contradicts another
     */
    static VisionConfig read(Fields top) {
        return new VisionConfigReader(top).read();
    }

    private VisionConfig read() {
        if (vision.integer("num_channels", 1, 3) != VisionConfig.CHANNELS) {
            throw vision.wrong("num_channels", "3");
        }
        int adapter = vision.integer("projector_input_dim", 1, 4096);
        requireSame("projector_output_dim", 4096, adapter);
        requireSame("vision_output_dim", 7680, adapter);
        try {
            return new VisionConfig(
                    vision.integer("hidden_size", 1, 768),
                    vision.integer("num_hidden_layers", 1, 34),
                    vision.integer("num_attention_heads", 1, 16),
                    vision.integer("intermediate_size", 1, 5632),
                    tileSize(),
                    vision.integer("patch_size", 1, 14),
                    shuffle(),
                    adapter,
                    theta(),
                    patchTokenId());
        } catch (IllegalArgumentException e) {
            throw vision.wrong(e);
        }
    }

    private void requireSame(String name, int fallback, int adapter) {
        if (vision.integer(name, 1, fallback) != adapter) {
            throw vision.wrong(
                    name,
                    Integer.toString(vision.integer(name, 1, fallback)),
                    "projector_input_dim, " + adapter);
        }
    }

    /** An edge, or a pair of equal ones. */
    private int tileSize() {
        if (!vision.isArray("image_size")) {
            return vision.integer("image_size", 1, 448);
        }
        List<Integer> edges = vision.integers("image_size", 1).orElseThrow();
        if (edges.size() != 2 || !edges.get(0).equals(edges.get(1))) {
            throw vision.wrong("image_size", edges.toString(), "one edge, or two equal ones");
        }
        return edges.getFirst();
    }

    private int shuffle() {
        double ratio = vision.number("pixel_shuffle_ratio", 0.5);
        long shuffle = Math.round(1 / ratio);
        if (!(ratio > 0) || shuffle < 1 || shuffle > 64 || Math.abs(shuffle * ratio - 1) > 1e-6) {
            throw vision.wrong("pixel_shuffle_ratio", "1 divided by an integer from 1 to 64");
        }
        return (int) shuffle;
    }

    private double theta() {
        double outer = vision.number("rope_theta", DEFAULT_THETA);
        Optional<Fields> rope =
                vision.object("rope_parameters").filter(fields -> !fields.isEmpty());
        if (rope.isEmpty()) {
            return outer;
        }
        if (!rope.get().text("rope_type").orElse("default").equals("default")) {
            throw rope.get().wrong("rope_type", "default");
        }
        return rope.get().number("rope_theta", outer);
    }

    private int patchTokenId() {
        String name = top.has("image_token_index") ? "image_token_index" : "image_token_id";
        return top.integer(name, 0, 200_092);
    }
}
