package dev.altiplano;

import dev.altiplano.generate.EndReason;

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
    CANCELLED,
    /** The time that the request allowed was over. */
    DEADLINE;

    static FinishReason of(EndReason reason) {
        return switch (reason) {
            case STOP_TOKEN -> STOP_TOKEN;
            case STOP_TEXT -> STOP_TEXT;
            case MAX_TOKENS -> MAX_TOKENS;
            case CONTEXT_FULL -> CONTEXT_FULL;
            case CANCELLED -> CANCELLED;
            case DEADLINE -> DEADLINE;
        };
    }
}
