package dev.altiplano.loader.internal.jinja;

import org.jspecify.annotations.Nullable;

/** What {@code joiner(sep)} gives: nothing at its first call, the separator at each later one. */
final class Joiner implements Function {
    private final Object separator;
    private boolean used;

    Joiner(Object separator) {
        this.separator = separator;
    }

    @Override
    public Object call(Arguments arguments) {
        if (!used) {
            used = true;
            return "";
        }
        return separator;
    }

    @Nullable Object attribute(String name) {
        return switch (name) {
            case "sep" -> separator;
            case "used" -> used;
            default -> null;
        };
    }
}
