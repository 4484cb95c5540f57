package dev.altiplano.loader.internal.tokenizer;

import dev.altiplano.loader.CheckpointException;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Cuts text into the pieces that are encoded on their own: the matches of a pattern and what lies
 * between them. Several patterns are applied one inside the pieces of the other.
 */
final class TextSplitter {
    /** More steps than this say that the pattern backtracks over the whole text again and again. */
    private static final int STEPS_PER_CHARACTER = 1000;

    private final List<Pattern> patterns;
    private final String file;

    TextSplitter(List<Pattern> patterns, String file) {
        this.patterns = List.copyOf(patterns);
        this.file = file;
    }

    /** Takes the pieces in order. */
    interface Pieces {
        void take(int from, int to);
    }

    /**
     * Hands the pieces of {@code text[from, to)} over, none of them empty.
     *
     * @throws CheckpointException if the patterns need a deep stack or more steps than are sane
     */
    void split(String text, int from, int to, Pieces pieces) {
        try {
            split(0, new CountedText(text, to - from), from, to, pieces);
        } catch (StackOverflowError e) {
            throw new CheckpointException(
                    "%s: 'pre_tokenizer' needs too deep a stack for a text of %d characters"
                            .formatted(file, to - from),
                    e);
        } catch (TooManyStepsException e) {
            throw new CheckpointException(
                    "%s: 'pre_tokenizer' takes over %d steps per character on a text of %d characters"
                            .formatted(file, STEPS_PER_CHARACTER, to - from),
                    e);
        }
    }

    private void split(int depth, CountedText text, int from, int to, Pieces pieces) {
        if (depth == patterns.size()) {
            if (from < to) {
                pieces.take(from, to);
            }
            return;
        }
        Matcher matcher = patterns.get(depth).matcher(text).region(from, to);
        int done = from;
        while (matcher.find()) {
            int start = matcher.start();
            int end = matcher.end();
            if (start == end && insideCharacter(text.text, start)) {
                continue; // after an empty match java.util.regex goes on by one char
            }
            split(depth + 1, text, done, start, pieces);
            split(depth + 1, text, start, end, pieces);
            done = end;
        }
        split(depth + 1, text, done, to, pieces);
    }

    private static boolean insideCharacter(String text, int at) {
        return at > 0
                && at < text.length()
                && Character.isSurrogatePair(text.charAt(at - 1), text.charAt(at));
    }

    private static final class TooManyStepsException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        TooManyStepsException() {
            super(null, null, false, false);
        }
    }

    /** Text that counts how often it is read; java.util.regex has no limit of its own. */
    private static final class CountedText implements CharSequence {
        private final String text;
        private long left;

        CountedText(String text, int characters) {
            this.text = text;
            this.left = 100_000 + (long) STEPS_PER_CHARACTER * characters;
        }

        @Override
        public char charAt(int index) {
            if (--left < 0) {
                throw new TooManyStepsException();
            }
            return text.charAt(index);
        }

        @Override
        public int length() {
            return text.length();
        }

        @Override
        public CharSequence subSequence(int start, int end) {
            return text.substring(start, end);
        }

        @Override
        public String toString() {
            return text;
        }
    }
}
