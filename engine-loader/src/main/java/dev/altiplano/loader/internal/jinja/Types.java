package dev.altiplano.loader.internal.jinja;

import org.jspecify.annotations.Nullable;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;

/** What each kind of value can do: its name, truth, length and items. */
final class Types {
    private Types() {}

    /** What Python calls the type of a value. */
    static String name(Object value) {
        return switch (value) {
            case None _ -> "NoneType";
            case Boolean _ -> "bool";
            case Long _, BigInteger _ -> "int";
            case Double _ -> "float";
            case String _ -> "str";
            case List<?> _ -> "list";
            case Tuple _ -> "tuple";
            case Dict _ -> "dict";
            case Range _ -> "range";
            case View view -> view.kind().type;
            case Lazy lazy -> lazy.type();
            case Undefined _ -> "Undefined";
            case Namespace _ -> "Namespace";
            case Loop _ -> "LoopContext";
            case Macro _ -> "Macro";
            case Cycler _ -> "Cycler";
            case Joiner _ -> "Joiner";
            default -> "builtin_function_or_method";
        };
    }

    static boolean truth(Object value) {
        return switch (value) {
            case None _, Undefined _ -> false;
            case Boolean truth -> truth;
            case Long number -> number != 0;
            case Double number -> number != 0;
            case String text -> !text.isEmpty();
            default -> {
                int size = size(value);
                yield size != 0;
            }
        };
    }

    /** The number of items of a value that knows it, for texts of code points; else -1. */
    static int size(Object value) {
        return switch (value) {
            case String text -> text.codePointCount(0, text.length());
            case List<?> list -> list.size();
            case Tuple tuple -> tuple.items().size();
            case Dict dict -> dict.size();
            case Range range -> range.size();
            case View view -> view.dict().size();
            case Loop loop -> loop.length();
            case Undefined _ -> 0;
            default -> -1;
        };
    }

    static int length(Budget budget, Object value) {
        if (value instanceof String text) {
            budget.scan(text.length());
        }
        int size = size(value);
        if (size < 0) {
            throw new Fault("object of type '%s' has no len()", name(value));
        }
        return size;
    }

    static boolean isIterable(Object value) {
        return size(value) >= 0 || value instanceof Lazy;
    }

    /** The items of any iterable value, one after the other. */
    static Iterator<Object> iterator(Budget budget, Object value) {
        Iterator<Object> items = itemsOf(budget, value);
        if (items == null) {
            throw new Fault("'%s' object is not iterable", name(value));
        }
        return items;
    }

    private static @Nullable Iterator<Object> itemsOf(Budget budget, Object value) {
        return switch (value) {
            case Lazy lazy -> lazy;
            case String text -> new CodePoints(budget, text);
            case Dict dict -> keys(budget, dict);
            case View view -> {
                budget.items(view.dict().size());
                yield view.items().iterator();
            }
            case Range range -> {
                budget.items(range.size());
                yield rangeItems(range).iterator();
            }
            case Loop loop -> loop.remaining();
            case Undefined _ -> Collections.emptyIterator();
            default -> {
                List<Object> items = listed(value);
                yield items == null ? null : items.iterator();
            }
        };
    }

    private static Iterator<Object> keys(Budget budget, Dict dict) {
        budget.items(dict.size());
        return dict.keys().iterator();
    }

    private static List<Object> rangeItems(Range range) {
        List<Object> items = new ArrayList<>(range.size());
        for (int i = 0; i < range.size(); i++) {
            items.add(range.get(i));
        }
        return items;
    }

    /** The items of a list or tuple, else null. */
    @SuppressWarnings("unchecked") // lists hold values, and values are objects
    static @Nullable List<Object> listed(Object value) {
        return switch (value) {
            case List<?> list -> (List<Object>) list;
            case Tuple tuple -> tuple.items();
            default -> null;
        };
    }

    /** A new list of the items of any iterable value. */
    static List<Object> list(Budget budget, Object value) {
        List<Object> items = new ArrayList<>();
        Iterator<Object> iterator = iterator(budget, value);
        while (iterator.hasNext()) {
            budget.items(1);
            items.add(iterator.next());
        }
        return items;
    }

    /** The items as they are if they lie in a list, else a new list of them. */
    static List<Object> readable(Budget budget, Object value) {
        List<Object> items = listed(value);
        return items == null ? list(budget, value) : items;
    }

    /** The characters of a text, each a text of its own. */
    private static final class CodePoints implements Iterator<Object> {
        private final Budget budget;
        private final String text;
        private int at;

        CodePoints(Budget budget, String text) {
            this.budget = budget;
            this.text = text;
        }

        @Override
        public boolean hasNext() {
            return at < text.length();
        }

        @Override
        public Object next() {
            budget.text(1);
            int start = at;
            at = text.offsetByCodePoints(at, 1);
            return text.substring(start, at);
        }
    }
}
