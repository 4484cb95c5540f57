package dev.altiplano.loader.internal.jinja;

import dev.altiplano.loader.TemplateException;
import dev.altiplano.loader.internal.jinja.Token.Kind;

import java.util.List;

/** The tokens of a template, read one after the other. */
final class TokenStream {
    private static final int MAX_NESTING = 200;

    private final Source source;
    private final List<Token> tokens;
    private int position;
    private int nesting;

    TokenStream(Source source) {
        this.source = source;
        this.tokens = Lexer.tokens(source);
    }

    Token current() {
        return tokens.get(position);
    }

    Token look() {
        return tokens.get(Math.min(position + 1, tokens.size() - 1));
    }

    Token next() {
        Token token = current();
        position = Math.min(position + 1, tokens.size() - 1);
        return token;
    }

    boolean at(Kind kind) {
        return current().kind() == kind;
    }

    boolean skipName(String name) {
        return skip(current().isName(name));
    }

    boolean skipOperator(String operator) {
        return skip(current().isOperator(operator));
    }

    private boolean skip(boolean matches) {
        if (matches) {
            next();
        }
        return matches;
    }

    Token expect(Kind kind) {
        if (!at(kind)) {
            throw expected(kind.words);
        }
        return next();
    }

    void expectOperator(String operator) {
        if (!skipOperator(operator)) {
            throw expected(operator);
        }
    }

    void expectName(String name) {
        if (!skipName(name)) {
            throw expected(name);
        }
    }

    private TemplateException expected(String what) {
        return at(Kind.END)
                ? error("unexpected end of template, expected '%s'.", what)
                : error("expected token '%s', got '%s'", what, current().describe());
    }

    @SuppressWarnings("AnnotateFormatMethod") // the annotation would be one more dependency
    TemplateException error(String format, Object... details) {
        return source.error(current().at(), format.formatted(details));
    }

    TemplateException errorAt(int offset, String reason) {
        return source.error(offset, reason);
    }

    /** Goes into nested code, which is read by recursion; {@link #leave()} comes out. */
    void enter() {
        if (++nesting > MAX_NESTING) {
            throw error("the template is nested more than %d levels deep", MAX_NESTING);
        }
    }

    void leave() {
        nesting--;
    }
}
