package dev.altiplano;

/**
 * A session before one of its turns, to go back to.
 *
 * @param length tokens of the sequence that the turn went on from
 * @param dropped the stop token behind them that the turn replaced, or -1
 * @param messages of the conversation
 * @param holdsOtherThanChat as in the session
 * @param transcript characters of the session's transcript, which all later ones begin with; -1 for
 *     none
 */
record TurnMark(int length, int dropped, int messages, boolean holdsOtherThanChat, int transcript) {
    /** Bytes in a file. */
    static final int BYTES = 17;

    /** Tokens that the session had. */
    int wholeLength() {
        return dropped < 0 ? length : length + 1;
    }

    /**
     * Whether it lies in a session.
     *
     * @param tokens that the session has
     * @param most messages that the session has
     * @param words characters of its last turn; -1 for none
     */
    boolean fits(int tokens, int most, int words) {
        return length >= 0
                && length <= tokens
                && dropped >= -1
                && messages >= 0
                && messages <= most
                && transcript >= -1
                && transcript <= words;
    }
}
