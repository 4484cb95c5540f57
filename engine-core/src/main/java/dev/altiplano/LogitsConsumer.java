package dev.altiplano;

/** Takes logits, position by position. */
@FunctionalInterface
public interface LogitsConsumer {
    /**
     * Called in the order of the positions.
     *
     * @param position index of the token after which these logits stand, from 0
     * @param logits {@code [vocabulary]}; valid during the call only
     */
    void accept(int position, float[] logits);
}
