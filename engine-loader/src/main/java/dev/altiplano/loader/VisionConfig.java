package dev.altiplano.loader;

/**
 * The shape of the image tower, its adapter and its projector. A value of this type has no
 * contradictions in it.
 *
 * @param hiddenSize width of the tower's residual stream in elements, {@code hidden_size}
 * @param layers encoder layers, {@code num_hidden_layers}
 * @param heads attention heads of a layer, {@code num_attention_heads}; a head has a multiple of 4
 *     elements, because pairs of them turn with the column and as many with the row
 * @param mlpWidth inner width of a layer's feed-forward block, {@code intermediate_size}; also what
 *     the pixel shuffle leaves, {@code shuffle * shuffle * hiddenSize}
 * @param tileSize edge of a tile in pixels, {@code image_size}
 * @param patchSize edge of a patch in pixels, {@code patch_size}; divides {@code tileSize}
 * @param shuffle patches per edge of the square that becomes one token: 1 over {@code
 *     pixel_shuffle_ratio}; divides the patches per edge of a tile
 * @param adapterWidth what the adapter makes of them, {@code projector_input_dim}, {@code
 *     projector_output_dim} and {@code vision_output_dim}, which are the same
 * @param ropeTheta base of the rotation frequencies; above 0
 * @param patchTokenId token id that a feature replaces, {@code image_token_index}
 */
public record VisionConfig(
        int hiddenSize,
        int layers,
        int heads,
        int mlpWidth,
        int tileSize,
        int patchSize,
        int shuffle,
        int adapterWidth,
        double ropeTheta,
        int patchTokenId) {
    /** Channels of a pixel: red, green, blue. */
    public static final int CHANNELS = 3;

    /** Added to the variance in every norm; the reference does not read {@code norm_eps}. */
    public static final float NORM_EPSILON = 1e-5f;

    private static final int LONGEST_EDGE = 4096;
    private static final int MOST_PATCHES = 1 << 16;
    private static final int WIDEST = 1 << 20;

    /** Checks the numbers one by one and against each other. */
    public VisionConfig {
        requireRange("hidden_size", hiddenSize, WIDEST);
        requireRange("num_hidden_layers", layers, 4096);
        requireRange("num_attention_heads", heads, hiddenSize);
        requireRange("intermediate_size", mlpWidth, WIDEST);
        requireRange("image_size", tileSize, LONGEST_EDGE);
        requireRange("patch_size", patchSize, tileSize);
        requireRange("projector_input_dim", adapterWidth, WIDEST);
        requireMultiple("hidden_size", hiddenSize, "4 * num_attention_heads", 4L * heads);
        requireMultiple("image_size", tileSize, "patch_size", patchSize);
        int edge = tileSize / patchSize;
        requireRange("patches of a tile (image_size / patch_size)^2", edge * edge, MOST_PATCHES);
        requireMultiple("image_size / patch_size", edge, "1 / pixel_shuffle_ratio", shuffle);
        if (mlpWidth != (long) shuffle * shuffle * hiddenSize) {
            throw new IllegalArgumentException(
                    "intermediate_size is %d, expected hidden_size / pixel_shuffle_ratio^2 = %d"
                            .formatted(mlpWidth, (long) shuffle * shuffle * hiddenSize));
        }
        if (!(ropeTheta > 0 && ropeTheta <= Float.MAX_VALUE)) {
            throw new IllegalArgumentException(
                    "rope_theta is %s, expected a number above 0".formatted(ropeTheta));
        }
    }

    private static void requireRange(String name, int value, int most) {
        if (value < 1 || value > most) {
            throw new IllegalArgumentException(
                    "%s is %d, expected 1 to %d".formatted(name, value, most));
        }
    }

    private static void requireMultiple(String name, int value, String of, long divisor) {
        if (divisor < 1 || value % divisor != 0) {
            throw new IllegalArgumentException(
                    "%s is %d, expected a multiple of %s, %d".formatted(name, value, of, divisor));
        }
    }

    /** Elements of a head. */
    public int headDim() {
        return hiddenSize / heads;
    }

    /** Patches per edge of a tile. */
    public int patchesPerEdge() {
        return tileSize / patchSize;
    }

    /** Patches of a tile. */
    public int patches() {
        return patchesPerEdge() * patchesPerEdge();
    }

    /** Numbers of a patch: channels times pixels. */
    public int patchWidth() {
        return CHANNELS * patchSize * patchSize;
    }

    /** Features of a tile, each of which takes the place of one token. */
    public int tokensPerTile() {
        return patches() / (shuffle * shuffle);
    }

    /**
     * {@code theta^(-4i / headDim)}: radians per column of a pair of elements in the first half of
     * a head, and per row in the second.
     *
     * <p>Source: {@code Llama4VisionRotaryEmbedding} in Hugging Face transformers, rounded to FP32
     * as there.
     *
     * @return {@code [headDim / 4]}
     */
    public float[] frequencies() {
        float[] frequencies = new float[headDim() / 4];
        for (int i = 0; i < frequencies.length; i++) {
            float exponent = 4f * i / headDim();
            frequencies[i] = 1 / (float) StrictMath.pow((float) ropeTheta, exponent);
        }
        return frequencies;
    }
}
