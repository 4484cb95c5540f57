package dev.altiplano.loader.internal.jinja;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** The filter {@code pprint}: {@code repr} on one line if that has fewer than 80 characters. */
final class PrettyText {
    private static final int WIDTH = 80;

    private final Budget budget;
    private final StringBuilder out = new StringBuilder();

    private PrettyText(Budget budget) {
        this.budget = budget;
    }

    static String of(Budget budget, Object value) {
        PrettyText text = new PrettyText(budget);
        text.append(value, 0, 0);
        return text.out.toString();
    }

    /**
     * Adds a value.
     *
     * @param indent column of the value
     * @param reserved characters that must fit behind it
     */
    private void append(Object value, int indent, int reserved) {
        budget.enter();
        Object shown = value instanceof Dict dict ? sorted(dict) : value;
        String line = PythonText.repr(budget, shown);
        List<Object> items = Types.listed(shown);
        if (line.length() <= WIDTH - indent - reserved
                || !(items != null || shown instanceof Dict)) {
            budget.write(line.length());
            out.append(line);
        } else if (shown instanceof Dict dict) {
            entries(dict, indent, reserved);
        } else if (items != null) {
            String open = shown instanceof Tuple ? "(" : "[";
            String close = !(shown instanceof Tuple) ? "]" : items.size() == 1 ? ",)" : ")";
            items(items, open, close, indent, reserved);
        }
        budget.leave();
    }

    private void items(List<Object> items, String open, String close, int indent, int reserved) {
        out.append(open);
        for (int i = 0; i < items.size(); i++) {
            boolean last = i == items.size() - 1;
            separate(i, indent);
            append(items.get(i), indent + 1, last ? reserved + close.length() : 1);
        }
        out.append(close);
    }

    private void entries(Dict dict, int indent, int reserved) {
        out.append("{");
        int i = 0;
        for (Dict.Entry entry : dict.entries()) {
            boolean last = i == dict.size() - 1;
            separate(i++, indent);
            String key = PythonText.repr(budget, entry.key()) + ": ";
            out.append(key);
            append(entry.value(), indent + 1 + key.length(), last ? reserved + 1 : 1);
        }
        out.append("}");
    }

    private void separate(int index, int indent) {
        if (index > 0) {
            budget.write(indent);
            out.append(",\n").repeat(' ', indent + 1);
        }
    }

    private Dict sorted(Dict dict) {
        List<Dict.Entry> entries = new ArrayList<>();
        dict.entries().forEach(entries::add);
        budget.objects(5L * entries.size());
        Comparisons comparisons = new Comparisons(budget);
        Comparator<Dict.Entry> order =
                (a, b) -> {
                    boolean comparable = Types.name(a.key()).equals(Types.name(b.key()));
                    return comparable
                            ? comparisons.order(a.key(), b.key(), "<")
                            : Types.name(a.key()).compareTo(Types.name(b.key()));
                };
        entries.sort(order);
        Dict sorted = new Dict();
        entries.forEach(entry -> sorted.put(budget, entry.key(), entry.value()));
        return sorted;
    }
}
