package dev.altiplano;

import org.jspecify.annotations.Nullable;

/**
 * A session before one of its turns, to go back to.
 *
 * @param length tokens of the sequence that the turn went on from
 * @param dropped the stop token behind them that the turn replaced, or -1
 * @param messages of the conversation
 * @param holdsOtherThanChat as in the session
 * @param transcript as in the session
 */
record TurnMark(
        int length,
        int dropped,
        int messages,
        boolean holdsOtherThanChat,
        @Nullable String transcript) {
    /** Tokens that the session had. */
    int wholeLength() {
        return dropped < 0 ? length : length + 1;
    }
}
