package dev.altiplano.bench.synthetic;

import java.util.LinkedHashMap;
import java.util.Map;

/** Sizes under their names in a configuration, in its order. Immutable. */
final class NamedSizes {
    private final Map<String, Integer> sizes;

    NamedSizes(Map<String, Integer> sizes) {
        this.sizes = new LinkedHashMap<>(sizes);
    }

    /**
     * The same with another value of one size.
     *
     * @throws IllegalArgumentException if there is no such size or the value is out of range
     */
    NamedSizes with(String name, int value, int least, int most) {
        if (!sizes.containsKey(name)) {
            throw new IllegalArgumentException(
                    "'%s' is not one of %s".formatted(name, String.join(", ", sizes.keySet())));
        }
        if (value < least || value > most) {
            throw new IllegalArgumentException(
                    "%s is %d, expected %d to %d".formatted(name, value, least, most));
        }
        NamedSizes changed = new NamedSizes(sizes);
        changed.sizes.put(name, value);
        return changed;
    }

    int get(String name) {
        Integer size = sizes.get(name);
        if (size == null) {
            throw new IllegalArgumentException("there is no size '%s'".formatted(name));
        }
        return size;
    }

    Map<String, Integer> all() {
        return sizes;
    }
}
