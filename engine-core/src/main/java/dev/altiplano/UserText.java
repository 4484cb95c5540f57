package dev.altiplano;

import dev.altiplano.loader.Tokenizer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Keeps words from becoming special tokens on their way through a chat template.
 *
 * <p>A template mixes its own special tokens with the users' words and returns one string. Before that,
 * an invisible mark is put behind every character of the words that could begin a special token; no
 * special token holds the mark, so only the template's own ones are recognised. The mark is taken out
 * again before the text is encoded.
 */
final class UserText {
    /** A character that Unicode reserves for use inside a program: it occurs in no valid text. */
    private static final char MARK = '\uFDD0';

    private final String starts;

    private UserText(String starts) {
        this.starts = starts;
    }

    /** Knows what the special tokens of {@code tokenizer} begin with. */
    static UserText of(Tokenizer tokenizer) {
        StringBuilder starts = new StringBuilder();
        for (String token : tokenizer.specialTokens()) {
            if (!token.isEmpty() && starts.indexOf(token.substring(0, 1)) < 0) {
                starts.append(token.charAt(0));
            }
        }
        return new UserText(starts.toString());
    }

    /** Marks one string. Marks that it holds already are taken out first. */
    String protect(String text) {
        String clean = reveal(text);
        StringBuilder marked = null;
        for (int i = 0; i < clean.length(); i++) {
            boolean dangerous = starts.indexOf(clean.charAt(i)) >= 0;
            if (dangerous && marked == null) {
                marked = new StringBuilder(clean.substring(0, i));
            }
            if (marked != null) {
                marked.append(clean.charAt(i));
                if (dangerous) {
                    marked.append(MARK);
                }
            }
        }
        return marked == null ? clean : marked.toString();
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
                map.forEach((key, element) -> all.put(protect(String.valueOf(key)), protectAll(element)));
                yield all;
            }
            case null, default -> value;
        };
    }

    /** Takes the marks out. */
    static String reveal(String text) {
        return text.indexOf(MARK) < 0 ? text : text.replace(String.valueOf(MARK), "");
    }
}
