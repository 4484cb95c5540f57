package dev.altiplano;

import java.util.Optional;

/** What happens while an answer is made: prompt blocks, then tokens, then one {@link Finished}. */
public sealed interface GenerationEvent {
    /** The text that this event adds to the answer; empty for most events without words. */
    String text();

    /**
     * A block of the prompt has been read.
     *
     * @param done tokens of this prompt read so far
     * @param total tokens of this prompt
     */
    record PromptRead(int done, int total) implements GenerationEvent {
        @Override
        public String text() {
            return "";
        }
    }

    /**
     * A token has been chosen.
     *
     * @param id token id
     * @param text what is certain of the text now: a character that spans tokens comes once and
     *     whole, and what may become a stop string is held back
     * @param scores probabilities, if asked for
     */
    record Token(int id, String text, Optional<GenerationResult.Scores> scores)
            implements GenerationEvent {}

    /**
     * The answer has ended.
     *
     * @param result the whole answer
     * @param text the rest of the text that had been held back
     */
    record Finished(GenerationResult result, String text) implements GenerationEvent {}
}
