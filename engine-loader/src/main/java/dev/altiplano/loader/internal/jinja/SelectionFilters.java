package dev.altiplano.loader.internal.jinja;

import org.jspecify.annotations.Nullable;

import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

/** The filters that choose items or values, lazily as in Jinja. */
final class SelectionFilters {
    private SelectionFilters() {}

    static void addTo(Map<String, Method> table) {
        for (String name : new String[] {"default", "d"}) {
            Method.add(table, name, "default_value? boolean?", SelectionFilters::orDefault);
        }
        Method.add(table, "attr", "name", SelectionFilters::attribute);
        Method.add(table, "map", "*", SelectionFilters::map);
        Method.add(table, "select", "*", (r, s, a) -> select(r, s, a, false, true));
        Method.add(table, "reject", "*", (r, s, a) -> select(r, s, a, false, false));
        Method.add(table, "selectattr", "*", (r, s, a) -> select(r, s, a, true, true));
        Method.add(table, "rejectattr", "*", (r, s, a) -> select(r, s, a, true, false));
    }

    private static Object orDefault(Render render, Object self, Bound arguments) {
        boolean missing = self instanceof Undefined || (arguments.flag(1) && !Types.truth(self));
        return missing ? arguments.get(0, "") : self;
    }

    private static Object attribute(Render render, Object self, Bound arguments) {
        Object value = Attributes.own(render, self, arguments.text(0));
        return value == null ? Undefined.attribute(self, arguments.get(0)) : value;
    }

    /** A generator; like one, it finds its mistakes when it is asked for its first item. */
    private static Lazy generator(Render render, Object self, Start start) {
        Lazy[] started = new Lazy[1];
        return new Lazy(
                "generator",
                render.budget(),
                () -> {
                    if (started[0] == null) {
                        started[0] =
                                Types.truth(self)
                                        ? start.items(Types.iterator(render.budget(), self))
                                        : new Lazy("empty", render.budget(), () -> null);
                    }
                    return started[0].hasNext() ? started[0].next() : null;
                });
    }

    /** Makes the items of a generator from those that go in. */
    private interface Start {
        Lazy items(Iterator<Object> input);
    }

    private static Object map(Render render, Object self, Bound arguments) {
        return generator(
                render,
                self,
                input -> {
                    UnaryOperator<Object> change = change(render, arguments.arguments());
                    return new Lazy(
                            "generator",
                            render.budget(),
                            () -> input.hasNext() ? change.apply(input.next()) : null);
                });
    }

    private static UnaryOperator<Object> change(Render render, Arguments arguments) {
        if (!arguments.positional().isEmpty()) {
            Object name = arguments.positional().getFirst();
            Arguments rest = arguments.from(1);
            return item -> render.filter(name, item, rest);
        }
        Map<String, Object> named = new HashMap<>(arguments.named());
        Object attribute = named.remove("attribute");
        if (attribute == null) {
            throw new Fault("map requires a filter argument");
        }
        Object otherwise = named.remove("default");
        if (!named.isEmpty()) {
            String first = PythonText.quote(named.keySet().iterator().next());
            throw new Fault("Unexpected keyword argument %s", first);
        }
        AttributePath path =
                AttributePath.of(
                        attribute == None.NONE ? null : attribute,
                        false,
                        otherwise == None.NONE ? null : otherwise);
        return item -> path.find(render, item);
    }

    private static Object select(
            Render render, Object self, Bound arguments, boolean byAttribute, boolean wanted) {
        return generator(
                render,
                self,
                input -> {
                    Predicate<Object> test = test(render, arguments.arguments(), byAttribute);
                    return new Lazy(
                            "generator",
                            render.budget(),
                            () -> nextWhere(render, input, test, wanted));
                });
    }

    private static @Nullable Object nextWhere(
            Render render, Iterator<Object> input, Predicate<Object> test, boolean wanted) {
        while (input.hasNext()) {
            render.budget().step();
            Object item = input.next();
            if (test.test(item) == wanted) {
                return item;
            }
        }
        return null;
    }

    private static Predicate<Object> test(Render render, Arguments arguments, boolean byAttribute) {
        AttributePath path = AttributePath.of(null);
        Arguments rest = arguments;
        if (byAttribute) {
            if (arguments.positional().isEmpty()) {
                throw new Fault("Missing parameter for attribute name");
            }
            Object attribute = arguments.positional().getFirst();
            path = AttributePath.of(attribute == None.NONE ? null : attribute);
            rest = arguments.from(1);
        }
        AttributePath chosen = path;
        if (rest.positional().isEmpty()) {
            return item -> Types.truth(chosen.find(render, item));
        }
        Object name = rest.positional().getFirst();
        Arguments given = rest.from(1);
        return item -> render.test(name, chosen.find(render, item), given);
    }
}
