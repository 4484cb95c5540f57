package dev.altiplano;

import dev.altiplano.loader.Tokenizer;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Keeps words from becoming special tokens on their way through a chat template.
 *
 * <p>A template mixes its own special tokens with the users' words and returns one string. Before
 * that, an invisible mark is put into every name of a special token among the words, and into what
 * could become one together with the text before or after; so only the template's own ones are
 * recognised. The mark is taken out again before the text is encoded. Words without such names stay
 * as they are.
 */
final class UserText {
    /** Characters that Unicode reserves for use inside a program: valid text holds none of them. */
    private static final char FIRST_MARK = '\uFDD0';

    private static final char LAST_MARK = '\uFDEF';

    private final Set<String> names;
    private final Set<Integer> lengths;
    private final String starts;
    private final String ends;
    private final int longest;
    private final char mark;

    private UserText(Set<String> names, char mark) {
        this.names = names;
        this.mark = mark;
        lengths = new TreeSet<>();
        StringBuilder first = new StringBuilder();
        StringBuilder last = new StringBuilder();
        for (String name : names) {
            lengths.add(name.length());
            addOnce(first, name.charAt(0));
            addOnce(last, name.charAt(name.length() - 1));
        }
        starts = first.toString();
        ends = last.toString();
        longest = lengths.stream().mapToInt(Integer::intValue).max().orElse(0);
    }

    /**
     * Knows the special tokens of {@code tokenizer}.
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
        Set<String> names = new HashSet<>(tokenizer.specialTokens());
        names.remove("");
        return new UserText(names, mark);
    }

    private static void addOnce(StringBuilder all, char c) {
        if (all.indexOf(String.valueOf(c)) < 0) {
            all.append(c);
        }
    }

    /** Marks one string. */
    String protect(String text) {
        StringBuilder marked = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            marked.append(text.charAt(i));
            boolean begins = starts.indexOf(text.charAt(i)) >= 0 && beginsName(text, i);
            if (begins || (i == 0 && endsName(text))) {
                marked.append(mark);
            }
        }
        return marked.toString();
    }

    /** Whether a name stands at {@code from}, or the text ends there in the middle of one. */
    private boolean beginsName(String text, int from) {
        for (int length : lengths) {
            if (from + length <= text.length()
                    && names.contains(text.substring(from, from + length))) {
                return true;
            }
        }
        if (text.length() - from >= longest) {
            return false;
        }
        String rest = text.substring(from);
        return names.stream().anyMatch(name -> name.startsWith(rest));
    }

    /** Whether the text begins in the middle of a name. */
    private boolean endsName(String text) {
        for (int end = 1; end <= Math.min(text.length(), longest); end++) {
            if (ends.indexOf(text.charAt(end - 1)) >= 0) {
                String part = text.substring(0, end);
                if (names.stream().anyMatch(name -> name.endsWith(part) && !name.equals(part))) {
                    return true;
                }
            }
        }
        return false;
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
