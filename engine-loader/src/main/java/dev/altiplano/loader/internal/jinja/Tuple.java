package dev.altiplano.loader.internal.jinja;

import java.util.List;

/**
 * Python's tuple: a list that is written in parentheses and never equals a list.
 *
 * @param group whether its two items also have names, as those have that {@code groupby} gives
 */
record Tuple(List<Object> items, boolean group) {
    Tuple(List<Object> items) {
        this(items, false);
    }

    static Tuple of(Object... items) {
        return new Tuple(List.of(items));
    }
}
