package dev.altiplano.loader.internal.jinja;

import org.jspecify.annotations.Nullable;

import java.util.Iterator;
import java.util.NoSuchElementException;

/**
 * Python's generators and iterators: give each item once, when it is asked for. Always true, have
 * no length.
 */
final class Lazy implements Iterator<Object> {
    private final String type;
    private final Budget budget;
    private final Items items;
    private @Nullable Object next;

    /** Where the items come from. */
    interface Items {
        /** The next item, or null at the end. */
        @Nullable Object next();
    }

    Lazy(String type, Budget budget, Items items) {
        budget.objects(8);
        this.type = type;
        this.budget = budget;
        this.items = items;
    }

    /** An iterator over what Java iterates. */
    static Lazy over(String type, Budget budget, Iterator<Object> iterator) {
        return new Lazy(type, budget, () -> iterator.hasNext() ? iterator.next() : null);
    }

    String type() {
        return type;
    }

    @Override
    public boolean hasNext() {
        if (next == null) {
            budget.enter(); // generators over generators over generators
            next = items.next();
            budget.leave();
        }
        return next != null;
    }

    @Override
    public Object next() {
        if (!hasNext() || next == null) {
            throw new NoSuchElementException();
        }
        Object item = next;
        next = null;
        return item;
    }
}
