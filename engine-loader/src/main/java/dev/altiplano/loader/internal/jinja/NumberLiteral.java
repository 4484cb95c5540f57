package dev.altiplano.loader.internal.jinja;

import java.math.BigInteger;

/**
 * A number as Python writes it: {@code 42}, {@code 1_000}, {@code 0x1f}, {@code 2.5}, {@code 1e3}.
 *
 * @param value {@code Long}, {@code BigInteger} or {@code Double}
 * @param end offset behind the number
 */
record NumberLiteral(Object value, int end) {
    private static final int MAX_DIGITS = 4300; // as in Python

    /** Reads the number that starts at an offset where a digit stands. */
    static NumberLiteral read(Source source, int start) {
        String text = source.text();
        boolean afterDot = start > 0 && text.charAt(start - 1) == '.';
        int whole = digitsEnd(text, start, 10);
        int end = afterDot ? whole : floatEnd(text, whole);
        if (end > whole) {
            return new NumberLiteral(Double.valueOf(plain(text, start, end)), end);
        }
        int radix = radixAt(text, start);
        if (radix != 10) {
            end = digitsEnd(text, text.charAt(start + 2) == '_' ? start + 3 : start + 2, radix);
            return integer(source, start, plain(text, start + 2, end), radix, end);
        }
        if (text.charAt(start) == '0') { // 007 is 00 and 7
            end = start + 1;
            while (text.startsWith("0", end) || text.startsWith("_0", end)) {
                end += text.charAt(end) == '_' ? 2 : 1;
            }
        }
        return integer(source, start, plain(text, start, end), 10, end);
    }

    private static NumberLiteral integer(
            Source source, int start, String digits, int radix, int end) {
        if (digits.length() > MAX_DIGITS) {
            throw source.error(start, "the number has more than " + MAX_DIGITS + " digits");
        }
        return new NumberLiteral(Numbers.normal(new BigInteger(digits, radix)), end);
    }

    private static int radixAt(String text, int start) {
        if (text.charAt(start) != '0' || start + 2 >= text.length()) {
            return 10;
        }
        int radix =
                switch (text.charAt(start + 1)) {
                    case 'b', 'B' -> 2;
                    case 'o', 'O' -> 8;
                    case 'x', 'X' -> 16;
                    default -> 10;
                };
        int first = text.charAt(start + 2) == '_' ? start + 3 : start + 2;
        return radix != 10 && digitsEnd(text, first, radix) > first ? radix : 10;
    }

    /** The end of a fraction, an exponent or both behind the whole digits; else where those end. */
    private static int floatEnd(String text, int whole) {
        int end = whole;
        if (text.startsWith(".", end)) {
            int fraction = digitsEnd(text, end + 1, 10);
            end = fraction > end + 1 ? fraction : end;
        }
        if (text.startsWith("e", end) || text.startsWith("E", end)) {
            boolean signed = text.startsWith("+", end + 1) || text.startsWith("-", end + 1);
            int digits = signed ? end + 2 : end + 1;
            int exponent = digitsEnd(text, digits, 10);
            end = exponent > digits ? exponent : end;
        }
        return end;
    }

    private static int digitsEnd(String text, int start, int radix) {
        int end = start;
        while (isDigit(text, end, radix)
                || (end > start && text.startsWith("_", end) && isDigit(text, end + 1, radix))) {
            end++;
        }
        return end;
    }

    private static boolean isDigit(String text, int i, int radix) {
        return i < text.length()
                && text.charAt(i) < 128
                && Character.digit(text.charAt(i), radix) >= 0;
    }

    private static String plain(String text, int start, int end) {
        return text.substring(start, end).replace("_", "");
    }
}
