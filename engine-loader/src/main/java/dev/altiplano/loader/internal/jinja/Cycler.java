package dev.altiplano.loader.internal.jinja;

import org.jspecify.annotations.Nullable;

import java.util.List;

/** What {@code cycler(...)} gives: its items in turn, from the first again after the last. */
final class Cycler {
    private final List<Object> items;
    private int position;

    Cycler(List<Object> items) {
        if (items.isEmpty()) {
            throw new Fault("at least one item has to be provided");
        }
        this.items = items;
    }

    @Nullable Object attribute(String name) {
        return switch (name) {
            case "current" -> items.get(position);
            case "next" -> (Function) _ -> next();
            case "reset" -> (Function) _ -> reset();
            case "items" -> new Tuple(items);
            case "pos" -> (long) position;
            default -> null;
        };
    }

    private Object next() {
        Object item = items.get(position);
        position = (position + 1) % items.size();
        return item;
    }

    private Object reset() {
        position = 0;
        return None.NONE;
    }
}
