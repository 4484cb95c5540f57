package dev.altiplano;

import java.util.List;
import java.util.Objects;

/**
 * One message of a conversation.
 *
 * @param role {@code system}, {@code user}, {@code assistant}, {@code tool} or what else the
 *     folder's chat template knows
 * @param content the parts in order
 * @param toolCalls what the assistant asked for; empty for everybody else
 */
public record Message(String role, List<Content> content, List<ToolCall> toolCalls) {
    /** Copies the lists. */
    public Message {
        Objects.requireNonNull(role, "role");
        content = List.copyOf(content);
        toolCalls = List.copyOf(toolCalls);
    }

    /** What the model is told before the conversation. */
    public static Message system(String text) {
        return of("system", text);
    }

    /** What the user says. */
    public static Message user(String text) {
        return of("user", text);
    }

    /** What the user says, in parts. */
    public static Message user(Content... parts) {
        return new Message("user", List.of(parts), List.of());
    }

    /** What the model answered. */
    public static Message assistant(String text) {
        return of("assistant", text);
    }

    /** The functions the model asked for, after {@code text}. */
    public static Message assistant(String text, List<ToolCall> calls) {
        return new Message("assistant", List.of(Content.text(text)), calls);
    }

    /** What a function returned. */
    public static Message tool(String text) {
        return of("tool", text);
    }

    /** A message of one text part. */
    public static Message of(String role, String text) {
        return new Message(role, List.of(Content.text(text)), List.of());
    }
}
