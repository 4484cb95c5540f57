package dev.altiplano.generate;

/** Why an answer ended. */
public enum EndReason {
    /** A stop token came. */
    STOP_TOKEN,
    /** A stop string came. */
    STOP_TEXT,
    /** The answer has as many tokens as were allowed. */
    MAX_TOKENS,
    /** The sequence has as many tokens as the context holds. */
    CONTEXT_FULL,
    /** The caller ended it. */
    CANCELLED,
    /** Its time was over. */
    DEADLINE
}
