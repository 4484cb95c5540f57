package dev.altiplano;

import java.util.Objects;

/** One part of a message. */
public sealed interface Content {
    /** A text part. */
    static Content text(String text) {
        return new Text(text);
    }

    /**
     * Words. Special tokens that occur in them stay words.
     *
     * @param text any string
     */
    record Text(String text) implements Content {
        /** Refuses null. */
        public Text {
            Objects.requireNonNull(text, "text");
        }
    }
}
