package dev.altiplano.loader;

import dev.altiplano.kernels.Matrix;

/** The two inner projections of a SwiGLU network, as the file stores them. */
public sealed interface GateUp {
    /**
     * Both in one matrix, input-major.
     *
     * @param gateUp {@code hiddenSize} inputs, {@code 2 * width} outputs: the gate's first
     */
    record Fused(Matrix gateUp) implements GateUp {}

    /**
     * One matrix each, output-major.
     *
     * @param gate {@code hiddenSize} inputs, {@code width} outputs
     * @param up {@code hiddenSize} inputs, {@code width} outputs
     */
    record Split(Matrix gate, Matrix up) implements GateUp {}
}
