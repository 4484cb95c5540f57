package dev.altiplano.loader;

/**
 * A chat template that cannot be read or rendered: a mistake in it, a value it cannot work with, a
 * refusal of its own ({@code raise_exception}), or a bound of the sandbox.
 *
 * <p>The message names template, line and column: {@code chat_template.jinja:12:7: 'x' is
 * undefined}.
 */
public final class TemplateException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int line;
    private final int column;

    /**
     * An exception at one place of a template.
     *
     * @param template name of the template, for the message
     * @param line line in the template, from 1
     * @param column code point in the line, from 1
     * @param reason what is wrong, in words
     */
    public TemplateException(String template, int line, int column, String reason) {
        super("%s:%d:%d: %s".formatted(template, line, column, reason));
        this.line = line;
        this.column = column;
    }

    /** The line in the template, from 1. */
    public int line() {
        return line;
    }

    /** The code point in the line, from 1. */
    public int column() {
        return column;
    }
}
