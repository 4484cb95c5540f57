package dev.altiplano.loader.internal.jinja;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * Breaks a paragraph into lines, as Python's {@code textwrap.wrap} without expanding tabs.
 *
 * @param width code points in a line
 */
record WordWrap(Budget budget, long width, boolean breaksLongWords, boolean breaksOnHyphens) {

    List<String> lines(String paragraph) {
        if (width <= 0) {
            throw new Fault("invalid width %d (must be > 0)", width);
        }
        Deque<String> chunks = chunks(paragraph);
        List<String> lines = new ArrayList<>();
        while (!chunks.isEmpty()) {
            if (!lines.isEmpty() && isBlank(chunks.getFirst())) {
                chunks.removeFirst();
                continue;
            }
            String line = line(chunks);
            if (!line.isEmpty()) {
                budget.items(1);
                lines.add(line);
            }
        }
        return lines;
    }

    private String line(Deque<String> chunks) {
        List<String> line = new ArrayList<>();
        long length = 0;
        while (!chunks.isEmpty() && length + size(chunks.getFirst()) <= width) {
            length += size(chunks.getFirst());
            line.add(chunks.removeFirst());
        }
        if (!chunks.isEmpty() && size(chunks.getFirst()) > width) {
            if (breaksLongWords) {
                String word = chunks.removeFirst();
                int cut = cut(word, (int) (width - length));
                budget.text(word.length());
                line.add(word.substring(0, cut));
                chunks.addFirst(word.substring(cut));
            } else if (line.isEmpty()) {
                line.add(chunks.removeFirst());
            }
        }
        if (!line.isEmpty() && isBlank(line.getLast())) {
            line.removeLast();
        }
        return String.join("", line);
    }

    /** Where a word that is longer than a line is cut: behind its last hyphen that fits, if any. */
    private int cut(String word, int space) {
        int end = word.offsetByCodePoints(0, Math.min(space, size(word)));
        if (breaksOnHyphens && size(word) > space) {
            int hyphen = word.lastIndexOf('-', end - 1);
            boolean inside =
                    hyphen > 0 && word.substring(0, hyphen).chars().anyMatch(c -> c != '-');
            return inside ? hyphen + 1 : end;
        }
        return end;
    }

    private Deque<String> chunks(String text) {
        Deque<String> chunks = new ArrayDeque<>();
        int at = 0;
        while (at < text.length()) {
            int end = at;
            boolean blank = isBlank(text.charAt(at));
            while (end < text.length() && isBlank(text.charAt(end)) == blank) {
                end++;
            }
            if (blank || !breaksOnHyphens) {
                add(chunks, text.substring(at, end));
            } else {
                hyphenated(chunks, text.substring(at, end));
            }
            at = end;
        }
        return chunks;
    }

    /** Cuts a word behind each hyphen between letters. */
    private void hyphenated(Deque<String> chunks, String word) {
        int start = 0;
        for (int i = 2; i + 2 < word.length(); i++) {
            boolean between =
                    word.charAt(i) == '-'
                            && Character.isLetter(word.charAt(i - 1))
                            && Character.isLetter(word.charAt(i - 2))
                            && Character.isLetter(word.charAt(i + 1))
                            && Character.isLetter(word.charAt(i + 2));
            if (between) {
                add(chunks, word.substring(start, i + 1));
                start = i + 1;
            }
        }
        add(chunks, word.substring(start));
    }

    private void add(Deque<String> chunks, String chunk) {
        budget.items(1);
        budget.text(chunk.length());
        chunks.add(chunk);
    }

    private static boolean isBlank(int c) { // ASCII only, as textwrap
        return c == ' ' || (c >= '\t' && c <= '\r');
    }

    private static boolean isBlank(String chunk) {
        return chunk.chars().allMatch(WordWrap::isBlank);
    }

    private int size(String chunk) {
        budget.scan(chunk.length());
        return chunk.codePointCount(0, chunk.length());
    }
}
