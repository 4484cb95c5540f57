package dev.altiplano.model;

/** What tells a layer where a token stands. */
sealed interface Positions {
    /**
     * Rotation of queries and keys (RoPE).
     *
     * @param normalise whether each head is brought to unit mean square after the rotation
     */
    record Rotary(boolean normalise) implements Positions {}

    /** No encoding at all (NoPE); long contexts sharpen the queries instead. */
    record None() implements Positions {}
}
