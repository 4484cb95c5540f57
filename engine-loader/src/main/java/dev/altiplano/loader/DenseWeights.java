package dev.altiplano.loader;

import dev.altiplano.kernels.Matrix;

/**
 * One SwiGLU network: {@code down (silu(gate z) * up z)}. A dense layer, a routed expert or a
 * shared one.
 *
 * @param gateUp from {@code hiddenSize} to twice the width
 * @param down from the width to {@code hiddenSize}; input-major in fused experts
 */
public record DenseWeights(GateUp gateUp, Matrix down) implements FeedForwardWeights {}
