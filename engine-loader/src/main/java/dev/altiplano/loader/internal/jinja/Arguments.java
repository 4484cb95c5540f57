package dev.altiplano.loader.internal.jinja;

import java.util.List;
import java.util.Map;

/**
 * The arguments of one call.
 *
 * @param positional values in order
 * @param named values by name, in order
 */
record Arguments(List<Object> positional, Map<String, Object> named) {
    static final Arguments NOTHING = new Arguments(List.of(), Map.of());

    /** These without the first {@code count} positional ones. */
    Arguments from(int count) {
        int start = Math.min(count, positional.size());
        return new Arguments(positional.subList(start, positional.size()), named);
    }
}
