package dev.altiplano.loader.internal.jinja;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/** The variable {@code loop}: where a loop stands. Looks ahead only when it is asked to. */
final class Loop implements Function {
    private final Renderer renderer;
    private final Statement.For statement;
    private final Scope scope;
    private final int depth;
    private Iterator<Object> items;
    private int length;
    private long index = -1;
    private @Nullable Object before;
    private @Nullable Object current;
    private @Nullable List<Object> changed;

    /**
     * A loop in front of its first item.
     *
     * @param length number of items, negative if only reading them tells it
     * @param outer the loop that called this one
     */
    Loop(
            Renderer renderer,
            Statement.For statement,
            Scope scope,
            Iterator<Object> items,
            int length,
            @Nullable Loop outer) {
        renderer.render().budget().objects(8);
        this.renderer = renderer;
        this.statement = statement;
        this.scope = scope;
        this.items = new Peeking(items);
        this.length = length;
        this.depth = outer == null ? 0 : outer.depth + 1;
    }

    /** An iterator that can be asked for what comes next without moving on. */
    private static final class Peeking implements Iterator<Object> {
        private final Iterator<Object> items;
        private @Nullable Object next;

        Peeking(Iterator<Object> items) {
            this.items = items;
        }

        @Nullable Object peek() {
            if (next == null && items.hasNext()) {
                next = items.next();
            }
            return next;
        }

        @Override
        public boolean hasNext() {
            return next != null || items.hasNext();
        }

        @Override
        public Object next() {
            Object item = next == null ? items.next() : next;
            next = null;
            return item;
        }
    }

    boolean advance() {
        if (!items.hasNext()) {
            return false;
        }
        before = current;
        current = items.next();
        index++;
        return true;
    }

    Object item() {
        return current == null ? None.NONE : current;
    }

    long index() {
        return index + 1;
    }

    int length() {
        if (length < 0) {
            List<Object> rest = new ArrayList<>();
            items.forEachRemaining(item -> {
                renderer.render().budget().items(1);
                rest.add(item);
            });
            items = new Peeking(rest.iterator());
            length = (int) index() + rest.size();
        }
        return length;
    }

    /** What iterating over the loop itself gives: the items not looped over yet, and the loop. */
    Iterator<Object> remaining() {
        return new Lazy(
                "LoopContext",
                renderer.render().budget(),
                () -> advance() ? Tuple.of(item(), this) : null);
    }

    private @Nullable Object peek() {
        return ((Peeking) items).peek();
    }

    @Nullable Object attribute(String name) {
        return switch (name) {
            case "index" -> index();
            case "index0" -> index;
            case "first" -> index == 0;
            case "last" -> peek() == null;
            case "length" -> (long) length();
            case "revindex" -> length() - index;
            case "revindex0" -> length() - index();
            case "depth" -> depth + 1L;
            case "depth0" -> (long) depth;
            case "previtem" ->
                    before == null ? Undefined.because("there is no previous item") : before;
            case "nextitem" -> {
                Object next = peek();
                yield next == null ? Undefined.because("there is no next item") : next;
            }
            case "cycle" -> (Function) this::cycle;
            case "changed" -> (Function) this::changed;
            default -> null;
        };
    }

    private Object cycle(Arguments arguments) {
        List<Object> items = arguments.positional();
        if (items.isEmpty()) {
            throw new Fault("no items for cycling given");
        }
        return items.get((int) (index % items.size()));
    }

    private Object changed(Arguments arguments) {
        List<Object> values = arguments.positional();
        boolean same = changed != null && renderer.render().comparisons().equal(changed, values);
        changed = same ? changed : values;
        return !same;
    }

    @Override
    public Object call(Arguments arguments) {
        if (!statement.head().recursive()) {
            throw new Fault("The loop must have the 'recursive' marker to be called recursively.");
        }
        if (arguments.positional().size() != 1) {
            throw new Fault("loop() takes one iterable");
        }
        return renderer.recurse(statement, arguments.positional().getFirst(), this, scope);
    }
}
