package dev.altiplano.loader.internal.jinja;

/** Reads the text of a {@link FormatSpec}. */
final class FormatSpecReader {
    private static final int MAX_WIDTH = 1 << 28;

    private final String spec;
    private int at;

    private FormatSpecReader(String spec) {
        this.spec = spec;
    }

    /** A value as {@code format(value, spec)} writes it. */
    static String format(Budget budget, Object value, String spec) {
        if (spec.isEmpty()) {
            return PythonText.str(budget, value);
        }
        if (!(value instanceof String) && !Numbers.isNumber(value)) {
            throw new Fault("unsupported format string passed to %s.__format__", Types.name(value));
        }
        return new FormatSpecReader(spec).read().format(budget, value);
    }

    private FormatSpec read() {
        String fill = "";
        char align = 0;
        int second = spec.offsetByCodePoints(0, 1);
        if (isAlign(second)) {
            fill = spec.substring(0, second);
            align = spec.charAt(second);
            at = second + 1;
        } else {
            align = oneOf("<>=^");
        }
        char sign = oneOf("+- ");
        String flags = (oneOf("z") != 0 ? "z" : "") + (oneOf("#") != 0 ? "#" : "");
        if (oneOf("0") != 0) {
            fill = fill.isEmpty() ? "0" : fill;
            align = align == 0 ? '0' : align;
        }
        int width = number(0);
        char grouping = oneOf(",_");
        int precision = -1;
        if (oneOf(".") != 0) {
            precision = number(-1);
            if (precision < 0) {
                throw new Fault("Format specifier missing precision");
            }
        }
        char type = at < spec.length() ? spec.charAt(at++) : 0;
        if (at < spec.length()) {
            throw new Fault("Invalid format specifier %s", PythonText.quote(spec));
        }
        return new FormatSpec(fill, align, sign, flags, width, grouping, precision, type);
    }

    private boolean isAlign(int i) {
        return i < spec.length() && "<>=^".indexOf(spec.charAt(i)) >= 0;
    }

    private char oneOf(String choices) {
        return at < spec.length() && choices.indexOf(spec.charAt(at)) >= 0 ? spec.charAt(at++) : 0;
    }

    private int number(int otherwise) {
        int start = at;
        long number = 0;
        while (at < spec.length() && spec.charAt(at) >= '0' && spec.charAt(at) <= '9') {
            number = Math.min(MAX_WIDTH + 1L, 10 * number + spec.charAt(at++) - '0');
        }
        if (number > MAX_WIDTH) {
            throw new Fault("Too many decimal digits in format string");
        }
        return at == start ? otherwise : (int) number;
    }
}
