package dev.altiplano.loader.internal.jinja;

import org.jspecify.annotations.Nullable;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.List;
import java.util.Locale;

/** Python's {@code format % values}. */
final class PercentFormat {
    private static final String FLAGS = "-+ #0";
    private static final int MAX_WIDTH = 1 << 28;

    private final Budget budget;
    private final String format;
    private final Object values;
    private final StringBuilder out = new StringBuilder();
    private int at;
    private int used;
    private boolean mapped;

    private PercentFormat(Budget budget, String format, Object values) {
        this.budget = budget;
        this.format = format;
        this.values = values;
    }

    static String format(Budget budget, String format, Object values) {
        return new PercentFormat(budget, format, values).run();
    }

    private String run() {
        while (at < format.length()) {
            int percent = format.indexOf('%', at);
            int end = percent < 0 ? format.length() : percent;
            budget.write(2L * (end - at));
            out.append(format, at, end);
            at = end + 1;
            if (percent >= 0) {
                directive();
            }
        }
        boolean container =
                values instanceof Dict
                        || values instanceof List<?>
                        || values instanceof Range
                        || values instanceof Undefined;
        int given = values instanceof Tuple tuple ? tuple.items().size() : 1;
        if (used < given && !mapped && !container) {
            throw new Fault("not all arguments converted during string formatting");
        }
        return out.toString();
    }

    private void directive() {
        String name = name();
        String flags = flags();
        long width = number();
        if (width < 0) {
            flags += "-";
            width = -width;
        }
        int precision = -1;
        if (format.startsWith(".", at)) {
            at++;
            precision = (int) Math.max(0, number());
        }
        while (at < format.length() && "hlL".indexOf(format.charAt(at)) >= 0) {
            at++;
        }
        if (at >= format.length()) {
            throw new Fault("incomplete format");
        }
        char type = format.charAt(at++);
        budget.text(2 * Math.max(width, precision));
        String text = type == '%' ? "%" : converted(value(name), type, flags, precision);
        write(text, type, flags, width);
    }

    private @Nullable String name() {
        if (!format.startsWith("(", at)) {
            return null;
        }
        int start = ++at;
        for (int depth = 1; at < format.length(); at++) {
            char c = format.charAt(at);
            depth += c == '(' ? 1 : c == ')' ? -1 : 0;
            if (depth == 0) {
                return format.substring(start, at++);
            }
        }
        throw new Fault("incomplete format key");
    }

    private String flags() {
        int start = at;
        while (at < format.length() && FLAGS.indexOf(format.charAt(at)) >= 0) {
            at++;
        }
        return format.substring(start, at);
    }

    private long number() {
        if (format.startsWith("*", at)) {
            at++;
            return Math.clamp(Bound.integer(value(null)), -MAX_WIDTH - 1L, MAX_WIDTH + 1L);
        }
        long number = 0;
        while (at < format.length() && Character.digit(format.charAt(at), 10) >= 0) {
            int digit = Character.digit(format.charAt(at++), 10);
            number = Math.min(MAX_WIDTH + 1L, 10 * number + digit);
        }
        return number;
    }

    private Object value(@Nullable String name) {
        if (name != null) {
            if (!(values instanceof Dict dict)) {
                throw new Fault("format requires a mapping");
            }
            mapped = true;
            Object value = dict.get(name);
            if (value == null) {
                throw new Fault("the mapping has no key %s", PythonText.quote(name));
            }
            return value;
        }
        List<Object> given = values instanceof Tuple tuple ? tuple.items() : List.of(values);
        if (used >= given.size()) {
            throw new Fault("not enough arguments for format string");
        }
        return given.get(used++);
    }

    private String converted(Object value, char type, String flags, int precision) {
        return switch (type) {
            case 's' -> cut(PythonText.str(budget, value), precision);
            case 'r' -> cut(PythonText.repr(budget, value), precision);
            case 'a' -> cut(ascii(budget, PythonText.repr(budget, value)), precision);
            case 'c' -> character(value);
            case 'd', 'i', 'u', 'o', 'x', 'X' -> integer(value, type, flags, precision);
            case 'e', 'E', 'f', 'F', 'g', 'G' -> {
                budget.scan(FloatFormat.COST);
                double number = Numbers.real(value);
                FloatFormat form = new FloatFormat(type, precision, flags.contains("#"));
                boolean negative = number < 0 || (number == 0 && 1 / number < 0);
                yield sign(negative, flags) + form.digits(number);
            }
            default -> throw unsupported(type);
        };
    }

    private Fault unsupported(char type) {
        return new Fault(
                "unsupported format character '%s' (0x%x) at index %d", type, (int) type, at - 1);
    }

    private static String cut(String text, int precision) {
        boolean longer = precision >= 0 && text.codePointCount(0, text.length()) > precision;
        return longer ? text.substring(0, text.offsetByCodePoints(0, precision)) : text;
    }

    private static String character(Object value) {
        if (Numbers.isInteger(value)) {
            return FormatSpec.character(value);
        }
        if (value instanceof String text && text.codePointCount(0, text.length()) == 1) {
            return text;
        }
        throw new Fault("%%%s requires an integer or a character", 'c');
    }

    private String integer(Object value, char type, String flags, int precision) {
        boolean decimal = type == 'd' || type == 'i' || type == 'u';
        BigInteger number;
        if (Numbers.isInteger(value)) {
            number = Numbers.big(value);
        } else if (decimal && value instanceof Double real) {
            number = whole(real);
        } else if (value instanceof Undefined undefined) {
            throw undefined.fault();
        } else {
            String wanted = decimal ? "a real number" : "an integer";
            throw new Fault("%%%s format: %s is required, not %s", type, wanted, Types.name(value));
        }
        budget.scan(number.bitLength());
        BigInteger size = number.abs();
        String digits =
                switch (type) {
                    case 'o' -> size.toString(8);
                    case 'x' -> size.toString(16);
                    case 'X' -> size.toString(16).toUpperCase(Locale.ROOT);
                    default -> PythonText.integer(size);
                };
        String zeros = "0".repeat(Math.max(0, precision - digits.length()));
        String prefix = flags.contains("#") && !decimal ? "0" + type : "";
        return sign(number.signum() < 0, flags) + prefix + zeros + digits;
    }

    /** A float without its fraction. */
    static BigInteger whole(double number) {
        if (Double.isNaN(number)) {
            throw new Fault("cannot convert float NaN to integer");
        }
        if (Double.isInfinite(number)) {
            throw new Fault("cannot convert float infinity to integer");
        }
        return new BigDecimal(number).toBigInteger();
    }

    private static String sign(boolean negative, String flags) {
        return negative ? "-" : flags.contains("+") ? "+" : flags.contains(" ") ? " " : "";
    }

    private void write(String text, char type, String flags, long width) {
        boolean number = "diuoxXeEfFgG".indexOf(type) >= 0;
        String shown;
        if (flags.contains("-")) {
            shown = Padding.RIGHT.apply(budget, text, width, " ");
        } else if (flags.contains("0") && number) {
            int sign = text.isEmpty() || "+- ".indexOf(text.charAt(0)) < 0 ? 0 : 1;
            int start =
                    text.startsWith("0x", sign) || text.startsWith("0X", sign) ? sign + 2 : sign;
            String rest = text.substring(flags.contains("#") ? start : sign);
            String front = text.substring(0, text.length() - rest.length());
            shown = front + Padding.LEFT.apply(budget, rest, width - front.length(), "0");
        } else {
            shown = Padding.LEFT.apply(budget, text, width, " ");
        }
        budget.write(2L * shown.length());
        out.append(shown);
    }

    /** A text whose characters outside ASCII are escaped. */
    static String ascii(Budget budget, String text) {
        if (text.chars().allMatch(c -> c < 128)) {
            return text;
        }
        budget.text(10L * text.length());
        StringBuilder ascii = new StringBuilder();
        text.codePoints()
                .forEach(c -> {
                    String form =
                            c < 0x80
                                    ? "%c"
                                    : c < 0x100 ? "\\x%02x" : c < 0x10000 ? "\\u%04x" : "\\U%08x";
                    ascii.append(form.formatted(c));
                });
        return ascii.toString();
    }
}
