package dev.altiplano;

/** Why an answer ended. */
public enum FinishReason {
    /** The model wrote a stop token. */
    STOP_TOKEN,
    /** A stop string came up. */
    STOP_TEXT,
    /** The answer has as many tokens as were allowed. */
    MAX_TOKENS,
    /** The sequence has as many tokens as the context holds. */
    CONTEXT_FULL,
    /** The caller closed the stream, or the session or model was closed. */
    CANCELLED
}
