package dev.altiplano.kernels;

/** Which index of a stored weight matrix runs slowest. */
public enum Order {
    /**
     * {@code [outputs, inputs]}: the weights of one output lie together. Ordinary linear layers.
     */
    OUTPUT_MAJOR,
    /**
     * {@code [inputs, outputs]}: the weights of one input lie together. Llama 4's fused experts.
     */
    INPUT_MAJOR
}
