package dev.altiplano.loader.internal.jinja;

import dev.altiplano.loader.TemplateException;

/**
 * The text of one template and its name in messages.
 *
 * @param name what messages call the template
 * @param text the template; each line ends with {@code \n}, the last line with nothing
 */
record Source(String name, String text) {
    /** Longest template that is read, in characters; published ones have fewer than 50 000. */
    private static final int MAX_LENGTH = 1 << 18;

    /** Brings the line ends of a template into one form, and drops the last one, as Jinja does. */
    static Source of(String name, String text) {
        if (text.length() > MAX_LENGTH) {
            throw new TemplateException(
                    name,
                    1,
                    1,
                    "the template has %d characters, more than %d"
                            .formatted(text.length(), MAX_LENGTH));
        }
        String lines = text.replace("\r\n", "\n").replace('\r', '\n');
        int end = lines.endsWith("\n") ? lines.length() - 1 : lines.length();
        return new Source(name, lines.substring(0, end));
    }

    /** The exception for a mistake at one offset of the text. */
    TemplateException error(int offset, String reason) {
        int line = 1;
        int start = 0;
        for (int end = text.indexOf('\n'); end >= 0 && end < offset; ) {
            line++;
            start = end + 1;
            end = text.indexOf('\n', start);
        }
        int column = 1 + text.codePointCount(start, Math.max(start, offset));
        return new TemplateException(name, line, column, reason);
    }
}
