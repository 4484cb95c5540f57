package dev.altiplano;

import org.jspecify.annotations.Nullable;

import java.util.List;

/** What one request adds to a sequence. */
final class Turn {
    private final int[] ids;
    private final boolean keepsPast;
    private final @Nullable String words;
    private final List<Message> messages;

    /**
     * A turn of a conversation.
     *
     * @param ids tokens to be read
     * @param keepsPast false when the ids hold the whole conversation again, because the template
     *     lays the past out differently now
     * @param words the whole conversation as laid out
     * @param messages the new ones
     */
    Turn(int[] ids, boolean keepsPast, @Nullable String words, List<Message> messages) {
        this.ids = ids;
        this.keepsPast = keepsPast;
        this.words = words;
        this.messages = messages;
    }

    /** Text or ids outside a conversation. */
    static Turn of(int[] ids) {
        return new Turn(ids, true, null, List.of());
    }

    int[] ids() {
        return ids;
    }

    boolean keepsPast() {
        return keepsPast;
    }

    @Nullable String words() {
        return words;
    }

    List<Message> messages() {
        return messages;
    }
}
