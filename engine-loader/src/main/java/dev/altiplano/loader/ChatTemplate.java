package dev.altiplano.loader;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A chat template, ready to render conversations. */
public final class ChatTemplate {
    private final String source;

    private ChatTemplate(String source) {
        this.source = source;
    }

    public static ChatTemplate parse(String source, String name) {
        return new ChatTemplate(source);
    }

    public static ChatTemplate llama4() {
        return parse("", "llama4");
    }

    public String render(Map<String, ? extends @Nullable Object> variables) {
        return "";
    }

    public String source() {
        return source;
    }
}
