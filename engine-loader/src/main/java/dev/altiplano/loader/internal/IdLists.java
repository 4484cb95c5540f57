package dev.altiplano.loader.internal;

import java.util.List;

/** Fields that hold one token id, a list of them, or null. */
final class IdLists {
    private IdLists() {}

    static List<Integer> read(Fields fields, String name) {
        if (fields.isArray(name)) {
            return fields.integers(name, 0).orElse(List.of());
        }
        return fields.optionalInteger(name, 0).stream().boxed().toList();
    }
}
