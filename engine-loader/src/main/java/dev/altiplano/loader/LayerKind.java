package dev.altiplano.loader;

/**
 * What one decoder layer is made of. The three facts are independent of each other.
 *
 * @param rotary queries and keys are rotated by their position and then normalised, if the model
 *     does that; otherwise the layer knows no positions and tempers its queries. From {@code
 *     no_rope_layers} (1 means rotary) or {@code no_rope_layer_interval}
 * @param chunked a position attends to its own chunk only, otherwise to everything before it. From
 *     {@code layer_types}; absent there, rotary layers are chunked. Never when {@code
 *     attention_chunk_size} is null
 * @param mixture the feed-forward part is a mixture of experts, otherwise one dense network. From
 *     {@code moe_layers} or {@code interleave_moe_layer_step}
 */
public record LayerKind(boolean rotary, boolean chunked, boolean mixture) {}
