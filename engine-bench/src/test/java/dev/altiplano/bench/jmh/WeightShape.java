package dev.altiplano.bench.jmh;

import dev.altiplano.kernels.Order;

/** The matrices of Scout and Maverick, and small ones that a cache holds. */
public enum WeightShape {
    /** Queries; the output projection has the same sizes. */
    Q(5120, 5120, Order.OUTPUT_MAJOR),
    /** Keys; values have the same sizes. */
    K(1024, 5120, Order.OUTPUT_MAJOR),
    /** Gate or up of a shared expert, or of a quantised one. */
    SHARED_GATE(8192, 5120, Order.OUTPUT_MAJOR),
    /** Down of a shared expert, or of a quantised one. */
    SHARED_DOWN(5120, 8192, Order.OUTPUT_MAJOR),
    /** Gate and up of a routed expert. */
    EXPERT_GATE_UP(16_384, 5120, Order.INPUT_MAJOR),
    /** Down of a routed expert. */
    EXPERT_DOWN(5120, 8192, Order.INPUT_MAJOR),
    /** Gate or up of a dense layer. */
    DENSE_GATE(16_384, 5120, Order.OUTPUT_MAJOR),
    /** Down of a dense layer. */
    DENSE_DOWN(5120, 16_384, Order.OUTPUT_MAJOR),
    /** Hidden state to logits. */
    HEAD(202_048, 5120, Order.OUTPUT_MAJOR),
    /** Of a model of some million parameters. */
    SMALL(512, 256, Order.OUTPUT_MAJOR),
    /** Routed expert of such a model. */
    SMALL_EXPERT(512, 256, Order.INPUT_MAJOR);

    final int outputs;
    final int inputs;
    final Order order;

    WeightShape(int outputs, int inputs, Order order) {
        this.outputs = outputs;
        this.inputs = inputs;
        this.order = order;
    }

    /** Weights of the matrix. */
    long weights() {
        return (long) outputs * inputs;
    }

    /** Whether a cache is to hold it from call to call. */
    boolean isCached() {
        return this == SMALL || this == SMALL_EXPERT;
    }
}
