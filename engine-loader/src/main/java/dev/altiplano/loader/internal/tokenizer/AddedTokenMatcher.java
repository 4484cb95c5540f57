package dev.altiplano.loader.internal.tokenizer;

import java.util.BitSet;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Finds added tokens in text: the leftmost, of several there the longest.
 *
 * <p>Source: {@code AddedVocabulary::find_matches} in the tokenizers library.
 */
final class AddedTokenMatcher {
    private static final int NO_TOKEN = -1;

    private final List<Entry> entries; // sorted by text, so that a common prefix is a range
    private final BitSet firstChars = new BitSet();

    private record Entry(String text, AddedToken token) {}

    /** Takes the sections of a text in order, none of them empty. */
    interface Sections {
        /**
         * Takes {@code text[from, to)}.
         *
         * @param id the added token that stands here, or -1 for text
         */
        void take(int id, int from, int to);
    }

    AddedTokenMatcher(Collection<AddedToken> tokens, UnaryOperator<String> normalizer) {
        entries =
                tokens.stream()
                        .map(token -> new Entry(normalizer.apply(token.content()), token))
                        .filter(entry -> !entry.text.isEmpty())
                        .sorted(Comparator.comparing(Entry::text))
                        .toList();
        entries.forEach(entry -> firstChars.set(entry.text.charAt(0)));
    }

    /**
     * Cuts a text at added tokens.
     *
     * @param specials whether special tokens are cut out too, or their names stay text
     */
    void split(String text, boolean specials, Sections sections) {
        int done = 0; // what lies before is handed over
        int at = 0;
        while (at < text.length()) {
            Entry entry = firstChars.get(text.charAt(at)) ? longest(text, at) : null;
            if (entry == null) {
                at++;
                continue;
            }
            AddedToken token = entry.token;
            int end = at + entry.text.length();
            if ((specials || !token.special()) && standsWell(token, text, at, end)) {
                int start = token.leftStrip() ? Math.max(done, spaceBefore(text, at)) : at;
                end = token.rightStrip() ? spaceAfter(text, end) : end;
                if (done < start) {
                    sections.take(NO_TOKEN, done, start);
                }
                sections.take(token.id(), start, end);
                done = end;
            }
            at = end;
        }
        if (done < text.length()) {
            sections.take(NO_TOKEN, done, text.length());
        }
    }

    private @Nullable Entry longest(String text, int at) {
        Entry best = null;
        int low = 0;
        int high = entries.size();
        for (int depth = 0; at + depth < text.length(); depth++) {
            char c = text.charAt(at + depth);
            low = firstNotBelow(c, depth, low, high);
            high = firstNotBelow(c + 1, depth, low, high);
            if (low == high) {
                break;
            }
            if (entries.get(low).text.length() == depth + 1) { // the shortest sorts first
                best = entries.get(low);
            }
        }
        return best;
    }

    /** The first entry of a range with a common prefix of this depth whose next char is not less. */
    private int firstNotBelow(int c, int depth, int from, int to) {
        int low = from;
        int high = to;
        while (low < high) {
            int middle = (low + high) >>> 1;
            String text = entries.get(middle).text;
            int next = depth < text.length() ? text.charAt(depth) : -1;
            if (next < c) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    private static boolean standsWell(AddedToken token, String text, int from, int to) {
        return !token.singleWord()
                || ((from == 0 || !isWord(text.codePointBefore(from)))
                        && (to == text.length() || !isWord(text.codePointAt(to))));
    }

    private static int spaceBefore(String text, int end) {
        int at = end;
        while (at > 0 && isSpace(text.charAt(at - 1))) {
            at--;
        }
        return at;
    }

    private static int spaceAfter(String text, int start) {
        int at = start;
        while (at < text.length() && isSpace(text.charAt(at))) {
            at++;
        }
        return at;
    }

    /** The Unicode property White_Space, which {@link Character#isWhitespace} is not. */
    private static boolean isSpace(char c) {
        return (c >= 0x09 && c <= 0x0D) || c == 0x85 || Character.isSpaceChar(c);
    }

    /** {@code \w} of Unicode's regular expressions. */
    private static boolean isWord(int point) {
        return switch (Character.getType(point)) {
            case Character.NON_SPACING_MARK,
                    Character.ENCLOSING_MARK,
                    Character.COMBINING_SPACING_MARK,
                    Character.DECIMAL_DIGIT_NUMBER,
                    Character.CONNECTOR_PUNCTUATION ->
                    true;
            default -> Character.isAlphabetic(point) || point == 0x200C || point == 0x200D;
        };
    }
}
