package dev.altiplano.loader.internal.jinja;

/** What Python knows about characters. */
final class Chars {
    private static final String DIGITS = // numeric type "digit" that are no decimal digits
            "\u00b2\u00b3\u00b9\u2070\u2074\u2075\u2076\u2077\u2078\u2079\u2080\u2081\u2082\u2083"
                    + "\u2084\u2085\u2086\u2087\u2088\u2089\u24ea\u24ff";
    private static final String NUMERALS = // letters of Chinese numbers
            "\u4e00\u4e03\u4e07\u4e09\u4e24\u4e5d\u4e8c\u4e94\u516b\u516d\u5341\u5343\u56db\u767e"
                    + "\u96f6\u3007\u5104\u5146";

    private Chars() {}

    /** Python's {@code str.isspace} for one character. */
    static boolean isSpace(int c) {
        return c <= ' '
                ? c == ' ' || (c >= '\t' && c <= '\r') || (c >= 0x1c && c <= 0x1f)
                : c == 0x85 || (c > 0x85 && isWideSpace(c));
    }

    private static boolean isWideSpace(int c) {
        return Character.isSpaceChar(c);
    }

    /** A blank that ends no line of a template. */
    static boolean isBlank(int c) {
        return c != '\n' && isSpace(c);
    }

    static boolean isCased(int c) {
        return Character.isUpperCase(c) || Character.isLowerCase(c) || Character.isTitleCase(c);
    }

    static boolean isDecimal(int c) {
        return Character.getType(c) == Character.DECIMAL_DIGIT_NUMBER;
    }

    static boolean isDigit(int c) {
        return isDecimal(c)
                || DIGITS.indexOf(c) >= 0
                || (c >= 0x2460 && c <= 0x2468)
                || (c >= 0x2474 && c <= 0x247c)
                || (c >= 0x2488 && c <= 0x2490)
                || (c >= 0x2776 && c <= 0x277e)
                || (c >= 0x2780 && c <= 0x2788)
                || (c >= 0x278a && c <= 0x2792);
    }

    static boolean isNumeric(int c) {
        int type = Character.getType(c);
        return isDigit(c)
                || type == Character.LETTER_NUMBER
                || type == Character.OTHER_NUMBER
                || NUMERALS.indexOf(c) >= 0;
    }

    static boolean isAlphanumeric(int c) {
        return Character.isLetter(c) || isNumeric(c);
    }

    /** Whether {@code repr} shows a character as it is. */
    static boolean isPrintable(int c) {
        return switch (Character.getType(c)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.PRIVATE_USE,
                    Character.UNASSIGNED,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR ->
                    false;
            case Character.SPACE_SEPARATOR -> c == ' ';
            default -> true;
        };
    }

    /** Whether {@code splitlines} ends a line at a character. */
    static boolean endsLine(int c) {
        return (c >= '\n' && c <= '\r')
                || (c >= 0x1c && c <= 0x1e)
                || c == 0x85
                || c == 0x2028
                || c == 0x2029;
    }

    /** The first letter of a word as titles write it, sharp s as Ss. */
    static String title(int c) {
        int single = Character.toTitleCase(c);
        String upper = Character.toString(c).toUpperCase(java.util.Locale.ROOT);
        if (single != c || upper.codePointCount(0, upper.length()) == 1) {
            return Character.toString(single);
        }
        int first = Character.charCount(upper.codePointAt(0));
        return upper.substring(0, first)
                + upper.substring(first).toLowerCase(java.util.Locale.ROOT);
    }
}
