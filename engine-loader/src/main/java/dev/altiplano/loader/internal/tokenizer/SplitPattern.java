package dev.altiplano.loader.internal.tokenizer;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * Compiles a split pattern of a tokenizer file, as long as matching it is bounded.
 *
 * <p>A file may hold any expression, also one that takes exponential time or a deep stack. Refused
 * are therefore repeated groups, back references and branching beyond a product of {@value
 * #MAX_BRANCHES}; the rest makes progress only by reading characters, and {@link TextSplitter}
 * counts these. The patterns of Llama 3 and 4, GPT-2 and their kin pass with a product below 200.
 */
final class SplitPattern {
    static final int MAX_LENGTH = 4096;
    private static final int MAX_BRANCHES = 10_000;

    private final String regex;
    private final Deque<Integer> alternatives = new ArrayDeque<>(); // of each open group
    private long branches = 1;
    private int at;

    private SplitPattern(String regex) {
        this.regex = regex;
    }

    /**
     * Compiles with the Unicode meaning of all classes, as in the tokenizers library.
     *
     * @throws IllegalArgumentException if the expression is too long, unbounded, or unknown to
     *     java.util.regex; the message says which
     */
    static Pattern compile(String regex) {
        if (regex.length() > MAX_LENGTH) {
            throw new IllegalArgumentException(
                    "has %d characters, expected at most %d".formatted(regex.length(), MAX_LENGTH));
        }
        new SplitPattern(regex).check();
        try {
            return Pattern.compile(regex, Pattern.UNICODE_CHARACTER_CLASS);
        } catch (PatternSyntaxException e) {
            throw new IllegalArgumentException(
                    "cannot be compiled by java.util.regex: %s near index %d"
                            .formatted(e.getDescription(), e.getIndex()),
                    e);
        } catch (StackOverflowError e) {
            throw new IllegalArgumentException("is nested too deeply", e);
        }
    }

    private void check() {
        while (at < regex.length()) {
            switch (regex.charAt(at)) {
                case '\\' -> skipEscape();
                case '[' -> skipClass();
                case '(' -> openGroup();
                case ')' -> closeGroup();
                case '{' -> multiply(skipCount());
                case '|' -> {
                    if (!alternatives.isEmpty()) { // alternatives of the whole do not multiply
                        alternatives.push(alternatives.pop() + 1);
                    }
                    at++;
                }
                default -> at++;
            }
        }
    }

    private void skipEscape() {
        char c = at + 1 < regex.length() ? regex.charAt(at + 1) : ' ';
        if ((c >= '1' && c <= '9') || c == 'k') {
            throw new IllegalArgumentException("has a back reference at index " + at);
        }
        if (c == 'Q') {
            throw new IllegalArgumentException("has a quotation \\Q at index " + at);
        }
        at += 2;
        if (at < regex.length() && regex.charAt(at) == '{' && "pPxNX".indexOf(c) >= 0) {
            int end = regex.indexOf('}', at);
            at = end < 0 ? regex.length() : end + 1;
        }
    }

    private void skipClass() {
        int depth = 0;
        do {
            char c = regex.charAt(at);
            if (c == '\\') {
                skipEscape();
                continue;
            }
            if (c == '[') {
                depth++;
                if (regex.startsWith("[]", at) || regex.startsWith("[^]", at)) {
                    throw new IllegalArgumentException("has a class that opens with ] at index " + at);
                }
            } else if (c == ']') {
                depth--;
            }
            at++;
        } while (depth > 0 && at < regex.length());
    }

    private void openGroup() {
        if (regex.startsWith("(?", at)) {
            String[] known = {"(?:", "(?i:", "(?=", "(?!", "(?<=", "(?<!", "(?>", "(?i)"};
            boolean usual = false;
            for (String opening : known) {
                usual |= regex.startsWith(opening, at);
            }
            if (!usual) {
                throw new IllegalArgumentException("has an unknown kind of group at index " + at);
            }
        }
        alternatives.push(1);
        at += regex.startsWith("(?", at) ? 2 : 1; // what follows is no quantifier
    }

    private void closeGroup() {
        at++;
        multiply(alternatives.isEmpty() ? 1 : alternatives.pop());
        char quantifier = at < regex.length() ? regex.charAt(at) : ' ';
        if (quantifier == '*' || quantifier == '+' || quantifier == '{') {
            throw new IllegalArgumentException("repeats a group at index " + at);
        }
        if (quantifier == '?') {
            multiply(2);
        }
    }

    /** Skips {n}, {n,} or {n,m} and returns the larger bound. */
    private int skipCount() {
        int end = regex.indexOf('}', at);
        String[] bounds = regex.substring(at + 1, Math.max(end, at + 1)).split(",", 2);
        int largest = 1;
        for (String bound : bounds) {
            if (bound.length() > 4 || !bound.chars().allMatch(c -> c >= '0' && c <= '9')) {
                throw new IllegalArgumentException("has an unusual repetition at index " + at);
            }
            largest = bound.isEmpty() ? largest : Math.max(largest, Integer.parseInt(bound));
        }
        at = end + 1;
        return largest;
    }

    private void multiply(int factor) {
        branches *= factor;
        if (branches > MAX_BRANCHES) {
            throw new IllegalArgumentException(
                    "branches in more than %d ways up to index %d".formatted(MAX_BRANCHES, at));
        }
    }
}
