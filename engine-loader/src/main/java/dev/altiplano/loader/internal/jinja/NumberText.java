package dev.altiplano.loader.internal.jinja;

import org.jspecify.annotations.Nullable;

import java.math.BigInteger;
import java.util.Locale;
import java.util.regex.Pattern;

/** Numbers in texts, as Python's {@code int(text)} and {@code float(text)} read them. */
final class NumberText {
    private static final int MAX_DIGITS = 4300;
    private static final Pattern REAL =
            Pattern.compile("[+-]?(?:[0-9]+\\.?[0-9]*|\\.[0-9]+)(?:[eE][+-]?[0-9]+)?");

    private NumberText() {}

    /** The integer that a whole text is, or null. */
    static @Nullable BigInteger integer(String text, int base) {
        String plain = plain(text);
        boolean signed = plain.startsWith("+") || plain.startsWith("-");
        String digits = signed ? plain.substring(1) : plain;
        int radix = base;
        String prefix = digits.length() > 2 ? digits.substring(0, 2).toLowerCase(Locale.ROOT) : "";
        int named =
                prefix.equals("0x") ? 16 : prefix.equals("0o") ? 8 : prefix.equals("0b") ? 2 : 0;
        if (named != 0 && (base == 0 || base == named)) {
            radix = named;
            digits = digits.substring(digits.charAt(2) == '_' ? 3 : 2);
        } else if (base == 0) {
            radix = 10;
        }
        digits = withoutUnderscores(digits);
        int checked = radix;
        if (digits.isEmpty()
                || digits.length() > MAX_DIGITS
                || !digits.chars().allMatch(c -> Character.digit(c, checked) >= 0)) {
            return null;
        }
        BigInteger value = new BigInteger(digits, radix);
        return plain.startsWith("-") ? value.negate() : value;
    }

    /** The double that a whole text is, or null. */
    static @Nullable Double real(String text) {
        String plain = withoutUnderscores(plain(text));
        String word = plain.toLowerCase(Locale.ROOT);
        boolean negative = word.startsWith("-");
        return switch (negative || word.startsWith("+") ? word.substring(1) : word) {
            case "inf", "infinity" ->
                    negative ? Double.NEGATIVE_INFINITY : Double.POSITIVE_INFINITY;
            case "nan" -> Double.NaN;
            default -> {
                boolean valid = plain.length() <= MAX_DIGITS && REAL.matcher(plain).matches();
                yield valid ? Double.valueOf(plain) : null;
            }
        };
    }

    private static String plain(String text) {
        int start = 0;
        int end = text.length();
        while (start < end && Chars.isSpace(text.charAt(start))) {
            start++;
        }
        while (end > start && Chars.isSpace(text.charAt(end - 1))) {
            end--;
        }
        String plain = text.substring(start, end);
        return plain.chars().allMatch(c -> c < 128) ? plain : asciiDigits(plain);
    }

    private static String asciiDigits(String text) {
        StringBuilder out = new StringBuilder();
        text.codePoints()
                .map(c -> Chars.isDecimal(c) ? '0' + Character.digit(c, 10) : c)
                .forEach(out::appendCodePoint);
        return out.toString();
    }

    /** Drops underscores between digits; others stay, and make the number invalid. */
    private static String withoutUnderscores(String digits) {
        if (digits.indexOf('_') < 0) {
            return digits;
        }
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < digits.length(); i++) {
            boolean between =
                    digits.charAt(i) == '_'
                            && i > 0
                            && i + 1 < digits.length()
                            && Character.isLetterOrDigit(digits.charAt(i - 1))
                            && Character.isLetterOrDigit(digits.charAt(i + 1));
            if (!between) {
                out.append(digits.charAt(i));
            }
        }
        return out.toString();
    }
}
