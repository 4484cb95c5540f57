package dev.altiplano.loader.internal.jinja;

import org.jspecify.annotations.Nullable;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * The filter {@code tojson}: Python's {@code json.dumps}, which keeps all characters as they are.
 */
final class JsonText {
    private final Budget budget;
    private final boolean ascii;
    private final boolean sorted;
    private final @Nullable String indent;
    private final String itemSeparator;
    private final String keySeparator;
    private final StringBuilder out = new StringBuilder();

    private JsonText(Budget budget, Bound arguments) {
        this.budget = budget;
        this.ascii = arguments.flag(0);
        this.indent = indent(budget, arguments.orNull(1));
        this.sorted = arguments.flag(3);
        Object separators = arguments.orNull(2);
        if (separators == null) {
            this.itemSeparator = indent == null ? ", " : ",";
            this.keySeparator = ": ";
        } else {
            List<Object> pair = Types.list(budget, separators);
            if (pair.size() != 2) {
                throw new Fault("separators must be a pair");
            }
            this.itemSeparator = Bound.text(pair.get(0));
            this.keySeparator = Bound.text(pair.get(1));
        }
    }

    /** The JSON of a value; arguments: {@code ensure_ascii indent separators sort_keys}. */
    static String write(Budget budget, Object value, Bound arguments) {
        JsonText json = new JsonText(budget, arguments);
        json.append(value, 0);
        return json.out.toString();
    }

    private static @Nullable String indent(Budget budget, @Nullable Object indent) {
        return switch (indent) {
            case null -> null;
            case String text -> text;
            default -> Arithmetic.repeatText(budget, " ", Bound.integer(indent));
        };
    }

    private void append(Object value, int level) {
        switch (value) {
            case None _ -> put("null");
            case Boolean truth -> put(truth ? "true" : "false");
            case Long number -> put(number.toString());
            case BigInteger number -> put(PythonText.integer(number));
            case Double number -> put(number(number));
            case String text -> string(text);
            case List<?> _, Tuple _ -> array(Types.readable(budget, value), level);
            case Dict dict -> object(dict, level);
            default ->
                    throw new Fault(
                            "Object of type %s is not JSON serializable", Types.name(value));
        }
    }

    private static String number(double number) {
        if (Double.isNaN(number)) {
            return "NaN";
        }
        if (Double.isInfinite(number)) {
            return number > 0 ? "Infinity" : "-Infinity";
        }
        return FloatText.repr(number);
    }

    private void array(List<Object> items, int level) {
        if (items.isEmpty()) {
            put("[]");
            return;
        }
        budget.enter();
        String separator = "[";
        for (Object item : items) {
            put(separator);
            line(level + 1);
            append(item, level + 1);
            separator = itemSeparator;
        }
        line(level);
        put("]");
        budget.leave();
    }

    private void object(Dict dict, int level) {
        if (dict.size() == 0) {
            put("{}");
            return;
        }
        budget.enter();
        String separator = "{";
        for (Dict.Entry entry : entries(dict)) {
            put(separator);
            line(level + 1);
            string(key(entry.key()));
            put(keySeparator);
            append(entry.value(), level + 1);
            separator = itemSeparator;
        }
        line(level);
        put("}");
        budget.leave();
    }

    private Iterable<Dict.Entry> entries(Dict dict) {
        if (!sorted) {
            return dict.entries();
        }
        List<Dict.Entry> entries = new ArrayList<>();
        dict.entries().forEach(entries::add);
        budget.objects(entries.size());
        Comparisons comparisons = new Comparisons(budget);
        Comparator<Dict.Entry> order = (a, b) -> comparisons.order(a.key(), b.key(), "<");
        entries.sort(order);
        return entries;
    }

    private static String key(Object key) {
        return switch (key) {
            case String text -> text;
            case None _ -> "null";
            case Boolean truth -> truth ? "true" : "false";
            case Long number -> number.toString();
            case BigInteger number -> PythonText.integer(number);
            case Double number -> number(number);
            default ->
                    throw new Fault(
                            "keys must be str, int, float, bool or None, not %s", Types.name(key));
        };
    }

    private void line(int level) {
        if (indent != null) {
            put("\n");
            for (int i = 0; i < level; i++) {
                put(indent);
            }
        }
    }

    private void string(String text) {
        put("\"");
        int start = 0;
        for (int i = 0; i < text.length(); i++) {
            String escape = escape(text.charAt(i));
            if (escape != null) {
                put(text, start, i);
                put(escape);
                start = i + 1;
            }
        }
        put(text, start, text.length());
        put("\"");
    }

    private @Nullable String escape(char c) {
        return switch (c) {
            case '"' -> "\\\"";
            case '\\' -> "\\\\";
            case '\n' -> "\\n";
            case '\r' -> "\\r";
            case '\t' -> "\\t";
            case '\b' -> "\\b";
            case '\f' -> "\\f";
            default -> c < ' ' || (ascii && c > '~') ? hexadecimal(c) : null;
        };
    }

    private static String hexadecimal(char c) {
        String digits = Integer.toHexString(c);
        return "\\u" + "0".repeat(4 - digits.length()) + digits;
    }

    private void put(String text) {
        put(text, 0, text.length());
    }

    private void put(String text, int start, int end) {
        budget.write((long) end - start);
        out.append(text, start, end);
    }
}
