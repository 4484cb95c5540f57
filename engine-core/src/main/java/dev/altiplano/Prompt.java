package dev.altiplano;

import java.util.List;

/** What the model is asked to go on from. */
public sealed interface Prompt {
    /**
     * Plain text; the begin token is put in front at the start of a sequence.
     *
     * @param text any string
     * @param specialTokens whether names of special tokens in the text become these tokens
     */
    record Text(String text, boolean specialTokens) implements Prompt {}

    /**
     * Messages, laid out by the folder's chat template.
     *
     * @param messages at least one; in a session, those that are new
     */
    record Chat(List<Message> messages) implements Prompt {
        /** Copies the list. */
        public Chat {
            messages = List.copyOf(messages);
            if (messages.isEmpty()) {
                throw new IllegalArgumentException("a chat has no messages, expected at least one");
            }
        }
    }

    /**
     * Token ids as they are.
     *
     * @param ids at least one at the start of a sequence; each below the vocabulary's size
     */
    record Tokens(List<Integer> ids) implements Prompt {
        /** Copies the list. */
        public Tokens {
            ids = List.copyOf(ids);
        }
    }
}
