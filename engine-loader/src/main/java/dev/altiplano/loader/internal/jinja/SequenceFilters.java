package dev.altiplano.loader.internal.jinja;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The filters that take sequences apart and put them in another order. */
final class SequenceFilters {
    private SequenceFilters() {}

    static void addTo(Map<String, Method> table) {
        Method.add(table, "length", "", SequenceFilters::length);
        Method.add(table, "count", "", SequenceFilters::length);
        Method.add(table, "list", "", (render, self, _) -> Types.list(render.budget(), self));
        Method.add(table, "first", "", SequenceFilters::first);
        Method.add(table, "last", "", SequenceFilters::last);
        Method.add(table, "reverse", "", (render, self, _) -> reverse(render, self));
        Method.add(table, "join", "d? attribute?", SequenceFilters::join);
        Method.add(table, "sum", "attribute? start?", SequenceFilters::sum);
        Method.add(
                table, "min", "case_sensitive? attribute?", (r, s, a) -> extreme(r, s, a, false));
        Method.add(table, "max", "case_sensitive? attribute?", (r, s, a) -> extreme(r, s, a, true));
        Method.add(table, "unique", "case_sensitive? attribute?", SequenceFilters::unique);
        Method.add(table, "sort", "reverse? case_sensitive? attribute?", SequenceFilters::sort);
        Method.add(table, "dictsort", "case_sensitive? by? reverse?", SequenceFilters::sortDict);
        Method.add(table, "items", "", SequenceFilters::items);
        Method.add(table, "groupby", "attribute default? case_sensitive?", SequenceFilters::group);
        Method.add(table, "batch", "linecount fill_with?", SequenceFilters::batch);
        Method.add(table, "slice", "slices fill_with?", SequenceFilters::slice);
        Method.add(table, "pprint", "", (render, self, _) -> PrettyText.of(render.budget(), self));
    }

    private static Object length(Render render, Object self, Bound arguments) {
        return (long) Types.length(render.budget(), self);
    }

    private static Object first(Render render, Object self, Bound arguments) {
        Iterator<Object> items = Types.iterator(render.budget(), self);
        return items.hasNext()
                ? items.next()
                : Undefined.because("No first item, sequence was empty.");
    }

    private static Object last(Render render, Object self, Bound arguments) {
        Iterator<Object> items = reversed(render, self);
        return items.hasNext()
                ? items.next()
                : Undefined.because("No last item, sequence was empty.");
    }

    private static Iterator<Object> reversed(Render render, Object self) {
        boolean reversible = Types.size(self) >= 0 && !(self instanceof Loop);
        if (!reversible) {
            throw new Fault("'%s' object is not reversible", Types.name(self));
        }
        List<Object> items = Types.readable(render.budget(), self);
        return items.reversed().iterator();
    }

    private static Object reverse(Render render, Object self) {
        if (self instanceof String text) {
            render.budget().text(5L * text.length());
            StringBuilder out = new StringBuilder(text.length());
            int[] codePoints = text.codePoints().toArray();
            for (int i = codePoints.length - 1; i >= 0; i--) {
                out.appendCodePoint(codePoints[i]);
            }
            return out.toString();
        }
        if (self instanceof Lazy) {
            List<Object> items = Types.list(render.budget(), self);
            Collections.reverse(items);
            return items;
        }
        String type = self instanceof List<?> ? "list_reverseiterator" : "reversed";
        return Lazy.over(type, render.budget(), reversed(render, self));
    }

    private static Object join(Render render, Object self, Bound arguments) {
        String separator = render.str(arguments.get(0, ""));
        AttributePath path = AttributePath.of(arguments.orNull(1));
        StringBuilder out = new StringBuilder();
        Iterator<Object> items = Types.iterator(render.budget(), self);
        for (boolean first = true; items.hasNext(); first = false) {
            String text = render.str(path.find(render, items.next()));
            render.budget().write(2L * (text.length() + separator.length()));
            out.append(first ? "" : separator).append(text);
        }
        return out.toString();
    }

    private static Object sum(Render render, Object self, Bound arguments) {
        AttributePath path = AttributePath.of(arguments.orNull(0));
        Object sum = arguments.get(1, 0L);
        if (sum instanceof String) {
            throw new Fault("sum() can't sum strings [use ''.join(seq) instead]");
        }
        Iterator<Object> items = Types.iterator(render.budget(), self);
        while (items.hasNext()) {
            Object item = path.find(render, items.next());
            sum = render.arithmetic().apply(BinaryOperator.ADD, sum, item);
        }
        return sum;
    }

    private static Object extreme(Render render, Object self, Bound arguments, boolean max) {
        AttributePath path = AttributePath.of(arguments.orNull(1), !arguments.flag(0), null);
        Iterator<Object> items = Types.iterator(render.budget(), self);
        if (!items.hasNext()) {
            return Undefined.because("No aggregated item, sequence was empty.");
        }
        Object best = items.next();
        Object bestKey = path.find(render, best);
        while (items.hasNext()) {
            Object item = items.next();
            Object key = path.find(render, item);
            boolean better =
                    max
                            ? render.comparisons().less(bestKey, key, ">")
                            : render.comparisons().less(key, bestKey, "<");
            best = better ? item : best;
            bestKey = better ? key : bestKey;
        }
        return best;
    }

    private static Object unique(Render render, Object self, Bound arguments) {
        AttributePath path = AttributePath.of(arguments.orNull(1), !arguments.flag(0), null);
        Iterator<Object> items = Types.iterator(render.budget(), self);
        Set<Object> seen = new HashSet<>();
        return new Lazy("generator", render.budget(), () -> nextNew(render, items, path, seen));
    }

    private static @Nullable Object nextNew(
            Render render, Iterator<Object> items, AttributePath path, Set<Object> seen) {
        while (items.hasNext()) {
            Object item = items.next();
            render.budget().objects(2);
            if (seen.add(Hashes.key(render.budget(), path.find(render, item)))) {
                return item;
            }
        }
        return null;
    }

    private static Object sort(Render render, Object self, Bound arguments) {
        List<AttributePath> paths =
                AttributePath.several(render.budget(), arguments.orNull(2), !arguments.flag(1));
        List<Object> items = Types.list(render.budget(), self);
        return sorted(
                render,
                items,
                arguments.flag(0),
                item -> {
                    List<Object> key = new ArrayList<>(paths.size());
                    paths.forEach(path -> key.add(path.find(render, item)));
                    return key;
                });
    }

    /** What an item is compared by. */
    private interface Key {
        Object of(Object item);
    }

    private record Keyed(Object key, Object item) {}

    private static List<Object> sorted(
            Render render, List<Object> items, boolean reverse, Key key) {
        List<Keyed> keyed = new ArrayList<>(items.size());
        for (Object item : items) {
            render.budget().objects(2);
            keyed.add(new Keyed(key.of(item), item));
        }
        Comparator<Keyed> order =
                (a, b) -> {
                    render.budget().step();
                    return render.comparisons().order(a.key(), b.key(), "<");
                };
        keyed.sort(reverse ? order.reversed() : order);
        List<Object> sorted = new ArrayList<>(items.size());
        keyed.forEach(pair -> sorted.add(pair.item()));
        return sorted;
    }

    private static Dict mapping(Object self, String filter) {
        return switch (self) {
            case Dict dict -> dict;
            case Undefined undefined -> throw undefined.fault();
            default -> throw new Fault("%s needs a mapping, not %s", filter, Types.name(self));
        };
    }

    private static Object sortDict(Render render, Object self, Bound arguments) {
        String by = arguments.text(1, "key");
        if (!by.equals("key") && !by.equals("value")) {
            throw new Fault("You can only sort by either \"key\" or \"value\"");
        }
        AttributePath path = AttributePath.of(by.equals("key") ? 0L : 1L, !arguments.flag(0), null);
        List<Object> pairs = mapping(self, "dictsort").pairs();
        return sorted(render, pairs, arguments.flag(2), pair -> path.find(render, pair));
    }

    private static Object items(Render render, Object self, Bound arguments) {
        Iterator<Object> pairs =
                self instanceof Undefined
                        ? Collections.emptyIterator()
                        : mapping(self, "items").pairs().iterator();
        return Lazy.over("generator", render.budget(), pairs);
    }

    private static Object group(Render render, Object self, Bound arguments) {
        Object otherwise = arguments.orNull(1);
        boolean ignoreCase = !arguments.flag(2);
        AttributePath path = AttributePath.of(arguments.orNull(0), ignoreCase, otherwise);
        AttributePath shown = AttributePath.of(arguments.orNull(0), false, otherwise);
        List<Object> items = Types.list(render.budget(), self);
        List<Object> groups = new ArrayList<>();
        List<Object> group = new ArrayList<>();
        Object last = None.NONE;
        for (Object item : sorted(render, items, false, item -> path.find(render, item))) {
            Object key = path.find(render, item);
            if (group.isEmpty() || !render.comparisons().equal(key, last)) {
                group = new ArrayList<>();
                groups.add(new Tuple(List.of(shown.find(render, item), group), true));
            }
            group.add(item);
            last = key;
        }
        return groups;
    }

    private static Object batch(Render render, Object self, Bound arguments) {
        long size = arguments.integer(0);
        Object fill = arguments.orNull(1);
        Iterator<Object> items = Types.iterator(render.budget(), self);
        return new Lazy(
                "generator",
                render.budget(),
                () -> {
                    List<Object> row = new ArrayList<>();
                    do {
                        if (!items.hasNext()) {
                            break;
                        }
                        render.budget().items(1);
                        row.add(items.next());
                    } while (row.size() != size);
                    while (fill != null && !row.isEmpty() && row.size() < size) {
                        render.budget().items(1);
                        row.add(fill);
                    }
                    return row.isEmpty() ? null : row;
                });
    }

    private static Object slice(Render render, Object self, Bound arguments) {
        List<Object> items = Types.list(render.budget(), self);
        long slices = arguments.integer(0);
        if (slices == 0) {
            throw new Fault("integer division or modulo by zero");
        }
        Object fill = arguments.orNull(1);
        Range numbers = new Range(0, Math.max(0, slices), 1);
        long[] next = {numbers.start()};
        return new Lazy(
                "generator",
                render.budget(),
                () -> {
                    long number = next[0]++;
                    return number >= numbers.stop()
                            ? null
                            : column(render, items, slices, number, fill);
                });
    }

    private static List<Object> column(
            Render render, List<Object> items, long slices, long number, @Nullable Object fill) {
        long least = items.size() / slices;
        long longer = items.size() % slices;
        int start = (int) (number * least + Math.min(number, longer));
        int end = (int) (start + least + (number < longer ? 1 : 0));
        render.budget().items(end - start + 1L);
        List<Object> column = new ArrayList<>(items.subList(start, end));
        if (fill != null && number >= longer) {
            column.add(fill);
        }
        return column;
    }
}
