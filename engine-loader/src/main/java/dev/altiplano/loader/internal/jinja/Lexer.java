package dev.altiplano.loader.internal.jinja;

import dev.altiplano.loader.internal.jinja.Token.Kind;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * Cuts a template into tokens, with {@code trim_blocks} and {@code lstrip_blocks} on.
 *
 * <p>Source: {@code jinja2/lexer.py}; its rules are regular expressions there, and here loops that
 * read each character once.
 */
final class Lexer {
    private static final List<String> LONG_OPERATORS = List.of("//", "**", "==", "!=", ">=", "<=");
    private static final List<String> OPERATORS = List.of("+-/*%~[](){}><=.:|,;".split(""));

    private final Source source;
    private final String text;
    private final List<Token> tokens = new ArrayList<>();
    private final Deque<Character> closers = new ArrayDeque<>();
    private int at;

    private Lexer(Source source) {
        this.source = source;
        this.text = source.text();
    }

    /** The tokens of a template; the last one is {@link Kind#END}. */
    static List<Token> tokens(Source source) {
        Lexer lexer = new Lexer(source);
        lexer.template();
        lexer.add(Kind.END, "", lexer.text.length());
        return lexer.tokens;
    }

    private void template() {
        for (int tag = nextTag(); tag >= 0; tag = nextTag()) {
            int raw = rawBegin(tag);
            char sign = signAt(tag + 2);
            data(tag, sign, text.charAt(tag + 1) != '{');
            if (raw >= 0) {
                at = raw;
                rawBlock(tag);
                continue;
            }
            at = tag + (sign == 0 ? 2 : 3);
            switch (text.charAt(tag + 1)) {
                case '#' -> comment(tag);
                case '%' -> tag(Kind.BLOCK_BEGIN, Kind.BLOCK_END, tag);
                default -> tag(Kind.VARIABLE_BEGIN, Kind.VARIABLE_END, tag);
            }
        }
        if (at < text.length()) {
            add(Kind.DATA, text.substring(at), at);
        }
    }

    private int nextTag() {
        for (int i = text.indexOf('{', at); i >= 0 && i + 1 < text.length(); ) {
            char next = text.charAt(i + 1);
            if (next == '{' || next == '%' || next == '#') {
                return i;
            }
            i = text.indexOf('{', i + 1);
        }
        return -1;
    }

    /** The text before a tag: the tag's sign, or its being first on a line, takes blanks away. */
    private void data(int end, char sign, boolean stripsLine) {
        int stop = end;
        if (sign == '-') {
            while (stop > at && Chars.isSpace(text.charAt(stop - 1))) {
                stop--;
            }
        } else if (sign != '+' && stripsLine) {
            int line = end;
            while (line > at && Chars.isBlank(text.charAt(line - 1))) {
                line--;
            }
            stop = line == 0 || text.charAt(line - 1) == '\n' ? line : end;
        }
        if (stop > at) {
            add(Kind.DATA, text.substring(at, stop), at);
        }
    }

    /** Where the text of a raw block starts whose first tag is at {@code tag}; -1 for others. */
    private int rawBegin(int tag) {
        if (text.charAt(tag + 1) != '%') {
            return -1;
        }
        int word = skipSpace(tag + (signAt(tag + 2) == 0 ? 2 : 3));
        if (!text.startsWith("raw", word)) {
            return -1;
        }
        int end = skipSpace(word + 3);
        if (text.startsWith("-%}", end)) {
            return skipSpace(end + 3);
        }
        return text.startsWith("%}", end) ? end + 2 : -1;
    }

    private void rawBlock(int begin) {
        for (int tag = text.indexOf("{%", at); tag >= 0; tag = text.indexOf("{%", tag + 1)) {
            char sign = signAt(tag + 2);
            int word = skipSpace(tag + (sign == 0 ? 2 : 3));
            if (text.startsWith("endraw", word)) {
                int end = tagEnd(skipSpace(word + 6), "%}", true);
                if (end >= 0) {
                    data(tag, sign, true);
                    at = end;
                    return;
                }
            }
        }
        if (at < text.length()) {
            throw source.error(begin, "Missing end of raw directive");
        }
    }

    private void comment(int begin) {
        int close = text.indexOf("#}", at);
        if (at == text.length()) {
            return; // Jinja does not mind either
        }
        if (close < 0) {
            throw source.error(begin, "Missing end of comment tag");
        }
        boolean signed = close > at && signAt(close - 1) != 0;
        at = tagEnd(signed ? close - 1 : close, "#}", true);
    }

    private void tag(Kind begin, Kind end, int tag) {
        boolean block = end == Kind.BLOCK_END;
        add(begin, text.substring(tag, at), tag);
        closers.clear();
        while (true) {
            at = skipSpace(at);
            int after = closers.isEmpty() ? tagEnd(at, block ? "%}" : "}}", block) : -1;
            if (after >= 0) {
                add(end, "", at);
                at = after;
                return;
            }
            if (at >= text.length()) {
                return; // the parser says which end it waited for
            }
            token();
        }
    }

    /** Where the text goes on if a tag ends at {@code i}, signs and trimmed line end included. */
    private int tagEnd(int i, String close, boolean trims) {
        if (text.startsWith(close, i)) {
            int end = i + 2;
            return trims && text.startsWith("\n", end) ? end + 1 : end;
        }
        if (!text.startsWith(close, i + 1)) {
            return -1;
        }
        return switch (text.charAt(i)) {
            case '-' -> skipSpace(i + 3);
            case '+' -> trims ? i + 3 : -1;
            default -> -1;
        };
    }

    private void token() {
        char c = text.charAt(at);
        int start = at;
        if (c >= '0' && c <= '9') {
            NumberLiteral number = NumberLiteral.read(source, at);
            boolean integer = !(number.value() instanceof Double);
            at = number.end();
            tokens.add(new Token(integer ? Kind.INTEGER : Kind.FLOAT, "", number.value(), start));
        } else if (c == '\'' || c == '"') {
            string(c);
        } else if (isNamePart(text.codePointAt(at))) {
            at = nameEnd(at);
            add(Kind.NAME, text.substring(start, at), start);
        } else {
            operator();
        }
    }

    private void string(char quote) {
        int end = at + 1;
        while (end < text.length() && text.charAt(end) != quote) {
            end += text.charAt(end) == '\\' ? 2 : 1;
        }
        if (end >= text.length()) {
            throw source.error(at, "unexpected char '%s': the string has no end".formatted(quote));
        }
        String value = StringLiteral.unescape(source, at + 1, end);
        tokens.add(new Token(Kind.STRING, value, value, at));
        at = end + 1;
    }

    private int nameEnd(int start) {
        int end = start;
        if (!Character.isUnicodeIdentifierStart(text.codePointAt(start))
                && text.charAt(start) != '_') {
            throw source.error(start, "Invalid character in identifier");
        }
        while (end < text.length() && isNamePart(text.codePointAt(end))) {
            end += Character.charCount(text.codePointAt(end));
        }
        return end;
    }

    private static boolean isNamePart(int c) {
        return c == '_'
                || (Character.isUnicodeIdentifierPart(c) && !Character.isIdentifierIgnorable(c));
    }

    private void operator() {
        for (String operator : LONG_OPERATORS) {
            if (text.startsWith(operator, at)) {
                add(Kind.OPERATOR, operator, at);
                at += 2;
                return;
            }
        }
        char c = text.charAt(at);
        int operator = OPERATORS.indexOf(String.valueOf(c));
        if (operator < 0) {
            String shown = Character.toString(text.codePointAt(at));
            throw source.error(at, "unexpected char " + PythonText.quote(shown));
        }
        balance(c);
        add(Kind.OPERATOR, OPERATORS.get(operator), at);
        at++;
    }

    private void balance(char c) {
        switch (c) {
            case '(' -> closers.push(')');
            case '[' -> closers.push(']');
            case '{' -> closers.push('}');
            case ')', ']', '}' -> {
                if (closers.isEmpty()) {
                    throw source.error(at, "unexpected '%s'".formatted(c));
                }
                char expected = closers.pop();
                if (c != expected) {
                    throw source.error(at, "unexpected '%s', expected '%s'".formatted(c, expected));
                }
            }
            default -> {}
        }
    }

    private char signAt(int i) {
        char c = i < text.length() ? text.charAt(i) : 0;
        return c == '-' || c == '+' ? c : 0;
    }

    private int skipSpace(int i) {
        int end = i;
        while (end < text.length() && Chars.isSpace(text.charAt(end))) {
            end++;
        }
        return end;
    }

    private void add(Kind kind, String word, int start) {
        tokens.add(new Token(kind, word, word, start));
    }
}
