package dev.altiplano.loader;

import dev.altiplano.kernels.Matrix;

import java.util.List;

/**
 * A mixture of experts.
 *
 * @param router {@code experts} outputs, {@code hiddenSize} inputs, output-major
 * @param experts the ones that the router chooses from
 * @param shared the one that every token passes
 */
public record MixtureWeights(Matrix router, List<DenseWeights> experts, DenseWeights shared)
        implements FeedForwardWeights {
    /** Copies the list. */
    public MixtureWeights {
        experts = List.copyOf(experts);
    }
}
