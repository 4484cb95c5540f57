package dev.altiplano.loader;

import java.util.List;
import java.util.OptionalInt;

/**
 * The shape and the arithmetic of a Llama 4 text model. A value of this type has no contradictions
 * in it; whether the tensors agree is checked by {@link Checkpoint#open}.
 *
 * @param vocabularySize number of token ids, {@code vocab_size}
 * @param hiddenSize width of the residual stream in elements, {@code hidden_size}
 * @param heads query heads of a layer, {@code num_attention_heads}
 * @param kvHeads key and value heads of a layer, {@code num_key_value_heads}; divides {@code heads}
 * @param headDim elements of a head, {@code head_dim}; even when a layer is rotary
 * @param expertWidth inner width of a routed or shared expert, {@code intermediate_size}; above 0
 *     when a layer is a mixture
 * @param denseWidth inner width of a dense feed-forward layer, {@code intermediate_size_mlp}; above
 *     0 when a layer is dense
 * @param experts routed experts of a mixture, {@code num_local_experts}; meaningless when no layer
 *     is a mixture
 * @param expertsPerToken experts that the router chooses, {@code num_experts_per_tok}; from 1 to
 *     {@code experts} when a layer is a mixture
 * @param chunkSize positions of a chunk, {@code attention_chunk_size}; empty when there are none
 * @param maxPositions longest context that the model was made for, {@code max_position_embeddings};
 *     a limit, not part of the arithmetic
 * @param normEpsilon added to the mean square in every norm, {@code rms_norm_eps}
 * @param qkNorm queries and keys of rotary layers are normalised, {@code use_qk_norm}
 * @param attentionBias q, k, v and o have biases, {@code attention_bias}
 * @param tiedHead the head is the embedding matrix, {@code tie_word_embeddings}
 * @param rope {@code rope_theta} and {@code rope_scaling}, or {@code rope_parameters}
 * @param temperature {@code attn_temperature_tuning}, {@code floor_scale}, {@code attn_scale}
 * @param layers one entry per layer, {@code num_hidden_layers} of them
 * @param specialIds {@code bos_token_id}, {@code eos_token_id}, {@code pad_token_id}
 */
public record Llama4Config(
        int vocabularySize,
        int hiddenSize,
        int heads,
        int kvHeads,
        int headDim,
        int expertWidth,
        int denseWidth,
        int experts,
        int expertsPerToken,
        OptionalInt chunkSize,
        long maxPositions,
        float normEpsilon,
        boolean qkNorm,
        boolean attentionBias,
        boolean tiedHead,
        RopeParameters rope,
        AttentionTemperature temperature,
        List<LayerKind> layers,
        SpecialIds specialIds) {
    /** Checks the numbers one by one and against each other. */
    public Llama4Config {
        layers = List.copyOf(layers);
        requirePositive("vocab_size", vocabularySize);
        requirePositive("hidden_size", hiddenSize);
        requirePositive("num_attention_heads", heads);
        requirePositive("num_key_value_heads", kvHeads);
        requirePositive("head_dim", headDim);
        requirePositive("num_hidden_layers", layers.size());
        requirePositive("max_position_embeddings", maxPositions);
        requirePositive("attention_chunk_size", chunkSize.orElse(1));
        requireAttention(heads, kvHeads, headDim, layers);
        requireFeedForward(expertWidth, denseWidth, layers);
        requireExperts(experts, expertsPerToken, layers);
        if (!(normEpsilon >= 0 && normEpsilon < Float.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException(
                    "rms_norm_eps is %s, expected 0 or more".formatted(normEpsilon));
        }
        if (specialIds.bos().orElse(0) >= vocabularySize) {
            throw new IllegalArgumentException(
                    "bos_token_id is %d, expected less than vocab_size %d"
                            .formatted(specialIds.bos().getAsInt(), vocabularySize));
        }
        if (chunkSize.isEmpty() && layers.stream().anyMatch(LayerKind::chunked)) {
            throw new IllegalArgumentException(
                    "attention_chunk_size is null, but a layer is chunked");
        }
    }

    private static void requirePositive(String name, long value) {
        if (value < 1) {
            throw new IllegalArgumentException(
                    "%s is %d, expected 1 or more".formatted(name, value));
        }
    }

    private static void requireAttention(
            int heads, int kvHeads, int headDim, List<LayerKind> layers) {
        if (heads % kvHeads != 0) {
            throw new IllegalArgumentException(
                    "num_attention_heads is %d, not a multiple of num_key_value_heads %d"
                            .formatted(heads, kvHeads));
        }
        if ((long) heads * headDim > Integer.MAX_VALUE) {
            throw new IllegalArgumentException(
                    "num_attention_heads %d times head_dim %d is above %d"
                            .formatted(heads, headDim, Integer.MAX_VALUE));
        }
        if (headDim % 2 != 0 && layers.stream().anyMatch(LayerKind::rotary)) {
            throw new IllegalArgumentException(
                    "head_dim is %d, expected an even number (pairs are rotated)"
                            .formatted(headDim));
        }
    }

    private static void requireFeedForward(
            int expertWidth, int denseWidth, List<LayerKind> layers) {
        boolean mixture = layers.stream().anyMatch(LayerKind::mixture);
        boolean dense = !layers.stream().allMatch(LayerKind::mixture);
        int widest = Integer.MAX_VALUE / 2; // gate and up together are twice as wide
        if (expertWidth < (mixture ? 1 : 0) || expertWidth > widest) {
            throw new IllegalArgumentException(
                    "intermediate_size is %d, expected 1 to %d".formatted(expertWidth, widest));
        }
        if (denseWidth < (dense ? 1 : 0) || denseWidth > widest) {
            throw new IllegalArgumentException(
                    "intermediate_size_mlp is %d, expected 1 to %d".formatted(denseWidth, widest));
        }
    }

    private static void requireExperts(int experts, int chosen, List<LayerKind> layers) {
        boolean mixture = layers.stream().anyMatch(LayerKind::mixture);
        int least = mixture ? 1 : 0;
        if (experts < least) {
            throw new IllegalArgumentException(
                    "num_local_experts is %d, expected %d or more".formatted(experts, least));
        }
        if (chosen < least || (mixture && chosen > experts)) {
            throw new IllegalArgumentException(
                    "num_experts_per_tok is %d, expected 1 to num_local_experts %d"
                            .formatted(chosen, experts));
        }
    }
}
