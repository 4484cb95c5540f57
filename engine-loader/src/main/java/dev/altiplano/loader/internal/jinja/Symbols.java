package dev.altiplano.loader.internal.jinja;

import org.jspecify.annotations.Nullable;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The names that occur in one scope. A name that the scope assigns before it reads it is undefined
 * from the scope's beginning on, also for inner scopes that stand in front of the assignment,
 * unless a scope around it knows the name; variables of the caller do not count. Only what is
 * assigned inside an {@code if} first may come from the caller.
 *
 * <p>Source: {@code jinja2/idtracking.py}.
 */
final class Symbols {
    private final @Nullable Symbols outer;
    private final Map<String, Boolean> hidden = new HashMap<>();

    private Symbols(@Nullable Symbols outer) {
        this.outer = outer;
    }

    static Symbols template() {
        return new Symbols(null);
    }

    /** The names of a scope inside this one. */
    Symbols inner() {
        return new Symbols(this);
    }

    void load(String name) {
        if (!knows(name)) {
            hidden.put(name, false);
        }
    }

    void store(String name, boolean inBranch) {
        hidden.putIfAbsent(name, !inBranch && (outer == null || !outer.knows(name)));
    }

    void parameter(String name) {
        hidden.put(name, false);
    }

    private boolean knows(String name) {
        for (Symbols scope = this; scope != null; scope = scope.outer) {
            if (scope.hidden.containsKey(name)) {
                return true;
            }
        }
        return false;
    }

    /** The names that are undefined when the scope begins. */
    List<String> hidden() {
        return hidden.entrySet().stream()
                .filter(Map.Entry::getValue)
                .map(Map.Entry::getKey)
                .sorted()
                .toList();
    }
}
