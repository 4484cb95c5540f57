package dev.altiplano.loader.internal.jinja;

import java.math.BigInteger;
import java.util.Locale;

/**
 * How {@code '{:spec}'.format(value)} writes a value: {@code
 * [[fill]align][sign][z][#][0][width][grouping][.precision][type]}.
 *
 * @param fill one character, empty for the default
 * @param align one of {@code <>=^}, {@code 0} for zeros behind the sign, 0 for the default
 * @param sign one of {@code + -} and blank, 0 for the default
 * @param flags {@code #} and {@code z}, as far as given
 * @param grouping {@code ,} or {@code _}, 0 for none
 * @param precision negative if not given
 * @param type 0 for the default
 */
record FormatSpec(
        String fill,
        char align,
        char sign,
        String flags,
        long width,
        char grouping,
        int precision,
        char type) {

    /** The value as the specification wants it. */
    String format(Budget budget, Object value) {
        budget.text(2 * Math.max(width, precision));
        budget.scan(value instanceof String ? 0 : FloatFormat.COST);
        return switch (value) {
            case String text -> text(budget, text);
            case Double number -> number(budget, number);
            default -> integer(budget, value);
        };
    }

    private String text(Budget budget, String text) {
        if (type != 0 && type != 's') {
            throw unknownType("str");
        }
        if (sign != 0 || align == '=' || !flags.isEmpty() || grouping != 0) {
            throw new Fault("a text has no sign, no base and no groups to format");
        }
        boolean cut = precision >= 0 && text.codePointCount(0, text.length()) > precision;
        String shown = cut ? text.substring(0, text.offsetByCodePoints(0, precision)) : text;
        return padded(budget, "", shown, '<');
    }

    private Fault unknownType(String of) {
        return new Fault("Unknown format code '%s' for object of type '%s'", type, of);
    }

    private String number(Budget budget, double number) {
        if ("eEfFgGn%".indexOf(type) < 0 && type != 0) {
            throw unknownType("float");
        }
        char form = type == 0 ? 'r' : type == 'n' ? 'g' : type;
        boolean alternate = flags.contains("#");
        String digits = new FloatFormat(form, precision, alternate).digits(number);
        boolean negative = number < 0 || (number == 0 && 1 / number < 0);
        if (negative && flags.contains("z")) { // no minus in front of nothing but zeros
            negative = digits.chars().anyMatch(c -> c >= '1' && c <= '9');
        }
        return grouped(budget, sign(negative), digits, 3);
    }

    private String sign(boolean negative) {
        return negative ? "-" : sign == '+' || sign == ' ' ? String.valueOf(sign) : "";
    }

    private String integer(Budget budget, Object value) {
        if ("eEfFgG%".indexOf(type) >= 0 && type != 0) {
            return number(budget, Numbers.real(value));
        }
        BigInteger number = Numbers.big(value);
        if (precision >= 0) {
            throw new Fault("Precision not allowed in integer format specifier");
        }
        String sign = sign(number.signum() < 0);
        BigInteger size = number.abs();
        return switch (type) {
            case 0, 'd', 'n' -> grouped(budget, sign, PythonText.integer(size), 3);
            case 'b' -> grouped(budget, sign + prefix("0b"), size.toString(2), 4);
            case 'o' -> grouped(budget, sign + prefix("0o"), size.toString(8), 4);
            case 'x' -> grouped(budget, sign + prefix("0x"), size.toString(16), 4);
            case 'X' -> {
                String digits = size.toString(16).toUpperCase(Locale.ROOT);
                yield grouped(budget, sign + prefix("0X"), digits, 4);
            }
            case 'c' -> padded(budget, "", character(value), '<');
            default -> throw unknownType("int");
        };
    }

    private String prefix(String prefix) {
        return flags.contains("#") ? prefix : "";
    }

    /** The character of a code point. */
    static String character(Object codePoint) {
        long c = Numbers.clamp(codePoint);
        if (c < 0 || c > Character.MAX_CODE_POINT) {
            throw new Fault("a character must be in range(0x110000)");
        }
        return Character.toString((int) c);
    }

    /** Puts separators between groups of the digits in front of the point or exponent. */
    private String grouped(Budget budget, String sign, String digits, int size) {
        int whole = 0;
        while (whole < digits.length() && Character.digit(digits.charAt(whole), 16) >= 0) {
            whole++;
        }
        if (grouping == 0 || whole == 0) {
            return padded(budget, sign, digits, '>');
        }
        StringBuilder out = new StringBuilder(digits.substring(whole));
        String front = digits.substring(0, whole);
        boolean zeros = align == '0' || (align == '=' && fill.equals("0"));
        long least = zeros ? width - sign.length() - out.length() : 0;
        int count = 0;
        for (int i = front.length() - 1; i >= 0 || count + (count - 1) / size < least; i--) {
            if (count > 0 && count % size == 0) {
                out.insert(0, grouping);
            }
            out.insert(0, i >= 0 ? front.charAt(i) : '0');
            count++;
        }
        return padded(budget, sign, out.toString(), '>');
    }

    private String padded(Budget budget, String sign, String body, char otherwise) {
        char side = align == 0 || (align == '0' && otherwise == '<') ? otherwise : align;
        String pad = fill.isEmpty() ? " " : fill;
        if (side == '=' || side == '0') {
            return sign + Padding.LEFT.apply(budget, body, width - sign.length(), pad);
        }
        String text = sign + body;
        long missing = width - text.codePointCount(0, text.length());
        return switch (side) {
            case '<' -> Padding.RIGHT.apply(budget, text, width, pad);
            case '>' -> Padding.LEFT.apply(budget, text, width, pad);
            default -> {
                String left = Arithmetic.repeatText(budget, pad, missing / 2);
                yield left + text + Arithmetic.repeatText(budget, pad, missing - missing / 2);
            }
        };
    }
}
