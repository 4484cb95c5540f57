package dev.altiplano;

import org.jspecify.annotations.Nullable;

import java.util.List;

/** What one request adds to a sequence. */
final class Turn {
    private final int[] ids;
    private final boolean keepsPast;
    private final @Nullable String words;
    private final List<Message> messages;
    private final List<Picture> pictures;

    /**
     * A turn of a conversation.
     *
     * @param ids tokens to be read
     * @param keepsPast false when the ids hold the whole conversation again, because the template
     *     lays the past out differently now
     * @param words the whole conversation as laid out
     * @param messages the new ones
     * @param pictures what the patch tokens among the ids stand for, in order
     */
    Turn(
            int[] ids,
            boolean keepsPast,
            @Nullable String words,
            List<Message> messages,
            List<Picture> pictures) {
        this.ids = ids;
        this.keepsPast = keepsPast;
        this.words = words;
        this.messages = messages;
        this.pictures = pictures;
    }

    /** Text or ids outside a conversation. */
    static Turn of(int[] ids, List<Picture> pictures) {
        return new Turn(ids, true, null, List.of(), pictures);
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

    List<Picture> pictures() {
        return pictures;
    }
}
