package dev.altiplano.loader.internal.jinja;

import java.math.BigInteger;
import java.util.List;

/** Python's {@code str} and {@code repr} of any value. */
final class PythonText {
    private static final BigInteger MAX_PRINTED = BigInteger.TEN.pow(4300);

    private final Budget budget;
    private final StringBuilder out = new StringBuilder();

    private PythonText(Budget budget) {
        this.budget = budget;
    }

    /** The text that printing a value gives. */
    static String str(Budget budget, Object value) {
        return switch (value) {
            case String text -> text;
            case Undefined _ -> "";
            case Long number -> number.toString();
            default -> repr(budget, value);
        };
    }

    /** The text that printing a list with the value in it gives for the value. */
    static String repr(Budget budget, Object value) {
        PythonText text = new PythonText(budget);
        text.append(value);
        return text.out.toString();
    }

    private void append(Object value) {
        switch (value) {
            case None _ -> write("None");
            case Boolean truth -> write(truth ? "True" : "False");
            case Double number -> write(FloatText.repr(number));
            case String text -> {
                budget.write(2L * text.length());
                write(quote(text));
            }
            case BigInteger number -> {
                budget.scan(8L * number.bitLength());
                write(integer(number));
            }
            case Undefined _ -> write("Undefined");
            case List<?> _, Tuple _, Dict _, View _, Namespace _ -> nested(value);
            default -> write(other(value));
        }
    }

    private void nested(Object value) {
        budget.enter();
        switch (value) {
            case Tuple tuple -> tuple(tuple.items());
            case Dict dict -> dict(dict);
            case View view -> {
                write(view.kind().type + "(");
                sequence("[", view.items(), "]");
                write(")");
            }
            case Namespace namespace -> {
                write("<Namespace ");
                dict(namespace.attributes());
                write(">");
            }
            default -> sequence("[", Types.readable(budget, value), "]");
        }
        budget.leave();
    }

    private void tuple(List<Object> items) {
        sequence("(", items, items.size() == 1 ? ",)" : ")");
    }

    private void sequence(String open, List<Object> items, String close) {
        write(open);
        String separator = "";
        for (Object item : items) {
            write(separator);
            append(item);
            separator = ", ";
        }
        write(close);
    }

    private void dict(Dict dict) {
        write("{");
        String separator = "";
        for (Dict.Entry entry : dict.entries()) {
            write(separator);
            append(entry.key());
            write(": ");
            append(entry.value());
            separator = ", ";
        }
        write("}");
    }

    private void write(String text) {
        budget.write(text.length());
        out.append(text);
    }

    /** An integer in decimal digits; very long ones are refused, as Python does. */
    static String integer(BigInteger number) {
        if (number.abs().compareTo(MAX_PRINTED) >= 0) {
            throw new Fault("Exceeds the limit (4300 digits) for integer string conversion");
        }
        return number.toString();
    }

    private static String other(Object value) {
        return switch (value) {
            case Long number -> number.toString();
            case Range range -> range.toString();
            case Macro macro -> "<Macro %s>".formatted(quote(macro.name()));
            case Loop loop -> "<LoopContext %d/%d>".formatted(loop.index(), loop.length());
            default -> "<%s object>".formatted(Types.name(value));
        };
    }

    /** A text in quotes, with the escapes of Python's {@code repr}. */
    static String quote(String text) {
        char quote = text.indexOf('\'') >= 0 && text.indexOf('"') < 0 ? '"' : '\'';
        StringBuilder out = new StringBuilder(text.length() + 2).append(quote);
        text.codePoints().forEach(c -> appendQuoted(out, c, quote));
        return out.append(quote).toString();
    }

    private static void appendQuoted(StringBuilder out, int c, char quote) {
        switch (c) {
            case '\n' -> out.append("\\n");
            case '\r' -> out.append("\\r");
            case '\t' -> out.append("\\t");
            case '\\' -> out.append("\\\\");
            default -> {
                if (c == quote) {
                    out.append('\\').append(quote);
                } else if (Chars.isPrintable(c)) {
                    out.appendCodePoint(c);
                } else {
                    String form = c < 0x100 ? "\\x%02x" : c < 0x10000 ? "\\u%04x" : "\\U%08x";
                    out.append(form.formatted(c));
                }
            }
        }
    }
}
