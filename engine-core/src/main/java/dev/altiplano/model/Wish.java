package dev.altiplano.model;

import org.jspecify.annotations.Nullable;

import java.util.function.BooleanSupplier;

/**
 * What a caller wants of one pass.
 *
 * @param logits takes the logits; null when none are wanted
 * @param allPositions logits of every row, or of the last one
 * @param observer sees the residual stream; null for speed
 * @param embeddings stands in for those of some tokens; null for none
 * @param cancel asked once a layer; null when the pass cannot be cancelled
 */
public record Wish(
        @Nullable LogitsSink logits,
        boolean allPositions,
        @Nullable LayerObserver observer,
        @Nullable EmbeddingSource embeddings,
        @Nullable BooleanSupplier cancel) {

    /** With the embeddings of the tokens alone. */
    public Wish(
            @Nullable LogitsSink logits,
            boolean allPositions,
            @Nullable LayerObserver observer,
            @Nullable BooleanSupplier cancel) {
        this(logits, allPositions, observer, null, cancel);
    }

    /** The same with other embeddings for some tokens. */
    public Wish with(EmbeddingSource others) {
        return new Wish(logits, allPositions, observer, others, cancel);
    }

    /**
     * Whether a step for a single token may be one with those of other sequences. The logits are
     * then given on another thread than the caller's, which is no matter to an answer; it can be
     * told by that it can be cancelled.
     */
    boolean shares() {
        return observer == null && !allPositions && cancel != null;
    }

    boolean cancellable() {
        return cancel != null;
    }

    boolean isCancelled() {
        return cancel != null && cancel.getAsBoolean();
    }
}
