package dev.altiplano.loader.internal.jinja;

/** The escapes of Python's string literals. */
final class StringLiteral {
    private final Source source;
    private final int end;
    private final StringBuilder out = new StringBuilder();
    private int at;

    private StringLiteral(Source source, int start, int end) {
        this.source = source;
        this.at = start;
        this.end = end;
    }

    /** The text that stands between two quotes, its escapes resolved. */
    static String unescape(Source source, int start, int end) {
        String raw = source.text().substring(start, end);
        if (raw.indexOf('\\') < 0) {
            return raw;
        }
        StringLiteral literal = new StringLiteral(source, start, end);
        while (literal.at < end) {
            literal.next();
        }
        return literal.out.toString();
    }

    private void next() {
        char c = source.text().charAt(at++);
        if (c != '\\') {
            out.append(c);
            return;
        }
        char escape = source.text().charAt(at++);
        switch (escape) {
            case '\n' -> {} // a line that goes on
            case '\\', '\'', '"' -> out.append(escape);
            case 'a' -> out.append('\u0007');
            case 'b' -> out.append('\b');
            case 'f' -> out.append('\f');
            case 'n' -> out.append('\n');
            case 'r' -> out.append('\r');
            case 't' -> out.append('\t');
            case 'v' -> out.append('\u000b');
            case 'x' -> hexadecimal(2, "truncated \\xXX escape");
            case 'u' -> hexadecimal(4, "truncated \\uXXXX escape");
            case 'U' -> hexadecimal(8, "truncated \\UXXXXXXXX escape");
            case 'N' -> named();
            case '0', '1', '2', '3', '4', '5', '6', '7' -> octal();
            default -> out.append('\\').append(escape);
        }
    }

    private void hexadecimal(int digits, String fault) {
        long value = 0;
        for (int i = 0; i < digits; i++) {
            int digit = at < end ? Character.digit(source.text().charAt(at), 16) : -1;
            if (digit < 0 || source.text().charAt(at) > 127) {
                throw source.error(at, fault);
            }
            value = 16 * value + digit;
            at++;
        }
        if (value > Character.MAX_CODE_POINT) {
            throw source.error(at, "illegal Unicode character");
        }
        out.appendCodePoint((int) value);
    }

    private void octal() {
        int value = 0;
        int first = at - 1;
        at = first;
        while (at < end && at < first + 3 && Character.digit(source.text().charAt(at), 8) >= 0) {
            value = 8 * value + Character.digit(source.text().charAt(at++), 8);
        }
        out.appendCodePoint(value);
    }

    private void named() {
        int close = source.text().indexOf('}', at);
        if (at >= end || source.text().charAt(at) != '{' || close < 0 || close >= end) {
            throw source.error(at, "malformed \\N character escape");
        }
        try {
            out.appendCodePoint(Character.codePointOf(source.text().substring(at + 1, close)));
        } catch (IllegalArgumentException e) {
            throw source.error(at, "unknown Unicode character name");
        }
        at = close + 1;
    }
}
