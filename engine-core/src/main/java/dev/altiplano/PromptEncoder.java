package dev.altiplano;

import dev.altiplano.loader.ChatTemplate;
import dev.altiplano.loader.Tokenizer;

import org.jspecify.annotations.Nullable;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/** Turns prompts into token ids, with the folder's tokenizer and chat template. */
final class PromptEncoder {
    private final Tokenizer tokenizer;
    private final ChatTemplate template;
    private final Map<String, String> tokenNames;
    private final OptionalInt begin;

    /**
     * @param tokenNames {@code bos_token} and the like, which templates print
     * @param begin the token in front of plain text
     */
    PromptEncoder(
            Tokenizer tokenizer,
            ChatTemplate template,
            Map<String, String> tokenNames,
            OptionalInt begin) {
        this.tokenizer = tokenizer;
        this.template = template;
        this.tokenNames = Map.copyOf(tokenNames);
        this.begin = begin;
    }

    /** How many of the ids of plain text are a begin token in front of everything else. */
    int begins(int[] ids) {
        return ids.length > 0 && begin.isPresent() && ids[0] == begin.getAsInt() ? 1 : 0;
    }

    Tokenizer tokenizer() {
        return tokenizer;
    }

    /** Encodes plain text; {@code atStart} puts the begin token in front. */
    int[] text(Prompt.Text prompt, boolean atStart) {
        int[] ids =
                prompt.specialTokens()
                        ? tokenizer.encodeWithSpecials(prompt.text())
                        : tokenizer.encode(prompt.text());
        if (!atStart || begin.isEmpty() || begins(ids) > 0) {
            return ids;
        }
        int[] all = new int[ids.length + 1];
        all[0] = begin.getAsInt();
        System.arraycopy(ids, 0, all, 1, ids.length);
        return all;
    }

    /**
     * Lays messages out and ends with the header of the answer.
     *
     * @param variables what else the template is given
     */
    Rendered chat(List<Message> messages, Map<String, Object> variables) {
        UserText guard = UserText.of(tokenizer, messages + " " + variables);
        Map<String, @Nullable Object> all = new LinkedHashMap<>(tokenNames);
        all.put("tools", null); // as transformers passes them when there are none
        all.put("documents", null);
        variables.forEach((name, value) -> all.put(name, guard.protectAll(value)));
        all.put("messages", ChatVariables.messages(messages, guard));
        all.put("add_generation_prompt", true);
        return new Rendered(template.render(all), guard);
    }

    /** A conversation as the template laid it out, users' words still marked. */
    final class Rendered {
        private final String marked;
        private final UserText guard;

        private Rendered(String marked, UserText guard) {
            this.marked = marked;
            this.guard = guard;
        }

        String text() {
            return guard.reveal(marked);
        }

        int[] ids() {
            return tokenizer.encodeWithSpecials(marked, guard::reveal);
        }

        /**
         * What follows a known beginning.
         *
         * @param beginning what {@link #text} must start with
         */
        Optional<int[]> idsAfter(String beginning) {
            if (!text().startsWith(beginning)) {
                return Optional.empty();
            }
            String rest = guard.protectedTail(marked, beginning.length());
            return Optional.of(tokenizer.encodeWithSpecials(rest, guard::reveal));
        }
    }
}
