package dev.altiplano.loader.internal.jinja;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * What the parser learns about names on its way: which macros use {@code caller}, {@code kwargs} or
 * {@code varargs}, and which filters and tests do not exist.
 */
final class Names {
    private static final Set<String> SPECIALS = Set.of("caller", "kwargs", "varargs");

    private final Source source;
    private final Deque<Special> macros = new ArrayDeque<>();
    private List<Unknown> unknown = new ArrayList<>();

    /** Special names that one macro uses, and those that it has made its own. */
    private record Special(Set<String> used, Set<String> own) {}

    /** A filter or test that does not exist. */
    record Unknown(int at, String reason) {}

    Names(Source source) {
        this.source = source;
    }

    void load(String name) {
        if (SPECIALS.contains(name)) {
            for (Special macro : macros) {
                if (!macro.own().contains(name)) {
                    macro.used().add(name);
                }
            }
        }
    }

    void store(String name) {
        if (SPECIALS.contains(name)) {
            macros.forEach(macro -> macro.own().add(name));
        }
    }

    void beginMacro() {
        macros.push(new Special(new HashSet<>(), new HashSet<>()));
    }

    Set<String> endMacro() {
        return Set.copyOf(macros.pop().used());
    }

    /** Notes a filter or test that does not exist: a mistake, unless it stands in an {@code if}. */
    void unknown(int at, String reason) {
        unknown.add(new Unknown(at, reason));
    }

    int unknownCount() {
        return unknown.size();
    }

    void forgetUnknown(int count) {
        unknown.subList(count, unknown.size()).clear();
    }

    /** Begins a part whose unknown names are mistakes even inside an {@code if}. */
    List<Unknown> beginStrict() {
        List<Unknown> outer = unknown;
        unknown = new ArrayList<>();
        return outer;
    }

    void endStrict(List<Unknown> outer) {
        if (!unknown.isEmpty()) {
            throw source.error(unknown.getFirst().at(), unknown.getFirst().reason());
        }
        unknown = outer;
    }
}
