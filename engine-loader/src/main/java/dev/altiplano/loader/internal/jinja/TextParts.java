package dev.altiplano.loader.internal.jinja;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Cuts texts and puts other texts in, as {@code str.split}, {@code strip} and {@code replace}. */
final class TextParts {
    private TextParts() {}

    /**
     * Takes characters away from the ends.
     *
     * @param chars the characters to take away, null for blanks
     */
    static String strip(
            Budget budget, String text, @Nullable Object chars, boolean left, boolean right) {
        String set = chars == null ? null : Bound.text(chars);
        budget.scan(text.length());
        int start = 0;
        int end = text.length();
        while (left && start < end && strips(budget, text.codePointAt(start), set)) {
            start += Character.charCount(text.codePointAt(start));
        }
        while (right && end > start && strips(budget, text.codePointBefore(end), set)) {
            end -= Character.charCount(text.codePointBefore(end));
        }
        budget.text(end - start);
        return text.substring(start, end);
    }

    private static boolean strips(Budget budget, int c, @Nullable String set) {
        if (set == null) {
            return Chars.isSpace(c);
        }
        budget.scan(set.length());
        return set.indexOf(c) >= 0;
    }

    /**
     * The parts between separators.
     *
     * @param separator null for any run of blanks, which then gives no empty parts
     * @param most how often to cut at most, negative for no bound
     */
    static List<Object> split(Budget budget, String text, @Nullable Object separator, long most) {
        return separator == null
                ? words(budget, text, most)
                : parts(budget, text, checked(separator), most);
    }

    private static String checked(Object separator) {
        String text = Bound.text(separator);
        if (text.isEmpty()) {
            throw new Fault("empty separator");
        }
        return text;
    }

    private static List<Object> words(Budget budget, String text, long most) {
        List<Object> words = new ArrayList<>();
        int at = skip(text, 0, true);
        while (at < text.length()) {
            boolean rest = most >= 0 && words.size() >= most; // keeps the blanks at its end
            int end = rest ? text.length() : skip(text, at, false);
            add(budget, words, text.substring(at, end));
            at = skip(text, end, true);
        }
        return words;
    }

    private static int skip(String text, int start, boolean blanks) {
        int at = start;
        while (at < text.length() && Chars.isSpace(text.charAt(at)) == blanks) {
            at++;
        }
        return at;
    }

    private static void add(Budget budget, List<Object> parts, String part) {
        budget.items(1);
        budget.text(part.length());
        parts.add(part);
    }

    private static List<Object> parts(Budget budget, String text, String separator, long most) {
        List<Object> parts = new ArrayList<>();
        int at = 0;
        while (most < 0 || parts.size() < most) {
            int end = Search.find(budget, text, separator, at);
            if (end < 0) {
                break;
            }
            add(budget, parts, text.substring(at, end));
            at = end + separator.length();
        }
        add(budget, parts, text.substring(at));
        return parts;
    }

    /** As {@link #split}, but counted from the end. */
    static List<Object> splitRight(
            Budget budget, String text, @Nullable Object separator, long most) {
        if (most < 0) {
            return split(budget, text, separator, -1);
        }
        List<Object> parts =
                separator == null
                        ? lastWords(budget, text, most)
                        : lastParts(budget, text, checked(separator), most);
        Collections.reverse(parts);
        return parts;
    }

    private static List<Object> lastWords(Budget budget, String text, long most) {
        List<Object> words = new ArrayList<>();
        int end = skipBack(text, text.length(), true);
        while (end > 0) {
            int start = words.size() >= most ? 0 : skipBack(text, end, false);
            add(budget, words, text.substring(start, end));
            end = skipBack(text, start, true);
        }
        return words;
    }

    private static int skipBack(String text, int end, boolean blanks) {
        int at = end;
        while (at > 0 && Chars.isSpace(text.charAt(at - 1)) == blanks) {
            at--;
        }
        return at;
    }

    private static List<Object> lastParts(Budget budget, String text, String separator, long most) {
        List<Object> parts = new ArrayList<>();
        int end = text.length();
        while (parts.size() < most) {
            int start = Search.findLast(budget, text, separator, end);
            if (start < 0) {
                break;
            }
            add(budget, parts, text.substring(start + separator.length(), end));
            end = start;
        }
        add(budget, parts, text.substring(0, end));
        return parts;
    }

    /** The lines, with their ends if {@code keepEnds}. */
    static List<Object> lines(Budget budget, String text, boolean keepEnds) {
        List<Object> lines = new ArrayList<>();
        int start = 0;
        for (int at = 0; at < text.length(); at++) {
            if (Chars.endsLine(text.charAt(at))) {
                int end = at;
                if (text.startsWith("\r\n", at)) {
                    at++;
                }
                add(budget, lines, text.substring(start, keepEnds ? at + 1 : end));
                start = at + 1;
            }
        }
        if (start < text.length()) {
            add(budget, lines, text.substring(start));
        }
        return lines;
    }

    /**
     * The text with one part replaced by another.
     *
     * @param most how often at most, negative for no bound
     */
    static String replace(Budget budget, String text, String old, String by, long most) {
        if (old.isEmpty()) {
            return interleave(budget, text, by, most);
        }
        StringBuilder out = new StringBuilder();
        int at = 0;
        for (long count = 0; most < 0 || count < most; count++) {
            int next = Search.find(budget, text, old, at);
            if (next < 0) {
                break;
            }
            budget.text((long) next - at + by.length());
            out.append(text, at, next).append(by);
            at = next + old.length();
        }
        budget.text((long) text.length() - at);
        return at == 0 ? text : out.append(text, at, text.length()).toString();
    }

    /** {@code by} before each character and at the end. */
    private static String interleave(Budget budget, String text, String by, long most) {
        StringBuilder out = new StringBuilder();
        int at = 0;
        for (long count = 0; (most < 0 || count < most) && at <= text.length(); count++) {
            budget.text(by.length() + 2L);
            out.append(by);
            if (at == text.length()) {
                return out.toString();
            }
            int next = text.offsetByCodePoints(at, 1);
            out.append(text, at, next);
            at = next;
        }
        budget.text((long) text.length() - at);
        return out.append(text, at, text.length()).toString();
    }
}
