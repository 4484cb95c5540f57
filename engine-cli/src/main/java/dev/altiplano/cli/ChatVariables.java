package dev.altiplano.cli;

import org.jspecify.annotations.Nullable;

import java.util.LinkedHashMap;
import java.util.Map;

/** What a chat template is given besides the messages. */
final class ChatVariables {
    private ChatVariables() {}

    /**
     * The variables that {@code apply_chat_template} of Hugging Face transformers always passes.
     *
     * @param tokenNames {@code bos_token} and the like
     */
    static Map<String, @Nullable Object> of(Map<String, String> tokenNames) {
        Map<String, @Nullable Object> variables = new LinkedHashMap<>(tokenNames);
        variables.put("tools", null);
        variables.put("documents", null);
        variables.put("add_generation_prompt", true);
        return variables;
    }
}
