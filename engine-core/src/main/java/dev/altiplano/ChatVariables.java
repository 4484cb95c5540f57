package dev.altiplano;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Messages as chat templates expect them: lists and maps, as Hugging Face transformers passes them.
 */
final class ChatVariables {
    private ChatVariables() {}

    /**
     * @param guard applied to every word that comes from outside the program
     */
    static List<Map<String, Object>> messages(List<Message> messages, UserText guard) {
        List<Map<String, Object>> all = new ArrayList<>();
        for (Message message : messages) {
            Map<String, Object> values = new LinkedHashMap<>();
            values.put("role", guard.protect(message.role()));
            values.put("content", content(message.content(), guard));
            if (!message.toolCalls().isEmpty()) { // an empty list would make the message vanish
                values.put("tool_calls", toolCalls(message.toolCalls(), guard));
            }
            all.add(values);
        }
        return all;
    }

    private static Object content(List<Content> parts, UserText guard) {
        if (parts.size() == 1 && parts.getFirst() instanceof Content.Text(String text)) {
            return guard.protect(text);
        }
        List<Map<String, Object>> all = new ArrayList<>();
        for (Content part : parts) {
            switch (part) {
                case Content.Text(String text) ->
                        all.add(Map.of("type", "text", "text", guard.protect(text)));
                case Image _ -> all.add(Map.of("type", "image"));
            }
        }
        return all;
    }

    private static List<Map<String, Object>> toolCalls(List<ToolCall> calls, UserText guard) {
        List<Map<String, Object>> all = new ArrayList<>();
        for (ToolCall call : calls) {
            Map<String, Object> function = new LinkedHashMap<>();
            function.put("name", guard.protect(call.name()));
            function.put("arguments", guard.protectAll(call.arguments()));
            all.add(Map.of("type", "function", "function", function));
        }
        return all;
    }
}
