package dev.altiplano;

import dev.altiplano.loader.Tokenizer;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Keeps words from becoming special tokens on their way through a chat template.
 *
 * <p>A template mixes its own special tokens with the users' words and returns one string. Before
 * that, an invisible mark is put behind every character of the words that could begin a special
 * token; no special token holds the mark, so only the template's own ones are recognised. The mark
 * is taken out again before the text is encoded.
 */
final class UserText {
    /** Characters that Unicode reserves for use inside a program: valid text holds none of them. */
    private static final char FIRST_MARK = '\uFDD0';

    private static final char LAST_MARK = '\uFDEF';

    private final String starts;
    private final char mark;

    private UserText(String starts, char mark) {
        this.starts = starts;
        this.mark = mark;
    }

    /**
     * Knows what the special tokens of {@code tokenizer} begin with.
     *
     * @param words everything that will be protected, in any order
     * @throws IllegalArgumentException if the words use all characters that could be the mark
     */
    static UserText of(Tokenizer tokenizer, String words) {
        char mark = FIRST_MARK;
        while (words.indexOf(mark) >= 0) {
            if (mark == LAST_MARK) {
                throw new IllegalArgumentException(
                        "a message holds all 32 noncharacters U+FDD0 to U+FDEF, expected at most"
                                + " 31");
            }
            mark++;
        }
        StringBuilder starts = new StringBuilder();
        for (String token : tokenizer.specialTokens()) {
            if (!token.isEmpty() && starts.indexOf(token.substring(0, 1)) < 0) {
                starts.append(token.charAt(0));
            }
        }
        return new UserText(starts.toString(), mark);
    }

    /** Marks one string. */
    String protect(String text) {
        StringBuilder marked = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            marked.append(text.charAt(i));
            if (starts.indexOf(text.charAt(i)) >= 0) {
                marked.append(mark);
            }
        }
        return marked.toString();
    }

    /** Marks all strings in nested lists and maps, keys included. */
    @Nullable Object protectAll(@Nullable Object value) {
        return switch (value) {
            case String text -> protect(text);
            case List<?> list -> {
                List<@Nullable Object> all = new ArrayList<>();
                for (Object element : list) {
                    all.add(protectAll(element));
                }
                yield all;
            }
            case Map<?, ?> map -> {
                Map<String, @Nullable Object> all = new LinkedHashMap<>();
                map.forEach((key, element) ->
                        all.put(protect(String.valueOf(key)), protectAll(element)));
                yield all;
            }
            case null, default -> value;
        };
    }

    /** Takes the marks out. */
    String reveal(String text) {
        return text.replace(String.valueOf(mark), "");
    }

    /**
     * What is left of {@code marked} when the first {@code count} unmarked characters are cut off.
     */
    String protectedTail(String marked, int count) {
        int at = 0;
        for (int seen = 0; seen < count; at++) {
            if (marked.charAt(at) != mark) {
                seen++;
            }
        }
        return marked.substring(at);
    }
}
