package dev.altiplano.loader.internal.jinja;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/** The names that every template knows. */
final class Globals {
    private Globals() {}

    static void addTo(Scope scope, Render render) {
        scope.set("range", (Function) arguments -> range(arguments));
        scope.set("dict", (Function) arguments -> dict(render, arguments));
        scope.set("namespace", (Function) arguments -> new Namespace(dict(render, arguments)));
        scope.set("cycler", (Function) arguments -> new Cycler(arguments.positional()));
        scope.set("joiner", (Function) Globals::joiner);
        scope.set("lipsum", (Function) Globals::lipsum);
        scope.set("raise_exception", (Function) arguments -> raise(render, arguments));
        scope.set("strftime_now", (Function) arguments -> now(render, arguments));
    }

    private static Object range(Arguments arguments) {
        List<Object> given = arguments.positional();
        if (given.isEmpty() || given.size() > 3 || !arguments.named().isEmpty()) {
            throw new Fault("range expects 1 to 3 arguments without names");
        }
        List<Long> numbers = new ArrayList<>();
        given.forEach(value -> numbers.add(Bound.integer(value)));
        return numbers.size() == 1
                ? Range.of(0, numbers.get(0), 1)
                : Range.of(
                        numbers.get(0), numbers.get(1), numbers.size() == 3 ? numbers.get(2) : 1);
    }

    private static Dict dict(Render render, Arguments arguments) {
        Budget budget = render.budget();
        List<Object> given = arguments.positional();
        if (given.size() > 1) {
            throw new Fault("dict expected at most 1 argument, got %d", given.size());
        }
        Dict dict = new Dict();
        if (!given.isEmpty() && given.getFirst() instanceof Dict from) {
            budget.objects(4L * from.size());
            dict = from.copy();
        } else if (!given.isEmpty()) {
            Iterator<Object> pairs = Types.iterator(budget, given.getFirst());
            while (pairs.hasNext()) {
                List<Object> pair = Types.list(budget, pairs.next());
                if (pair.size() != 2) {
                    throw new Fault(
                            "dictionary update sequence element has length %d; 2 is required",
                            pair.size());
                }
                budget.objects(4);
                dict.put(budget, pair.get(0), pair.get(1));
            }
        }
        arguments.named().forEach(dict::put);
        return dict;
    }

    private static Object joiner(Arguments arguments) {
        return new Joiner(Signature.of("joiner", "sep?").bind(arguments).get(0, ", "));
    }

    private static Object lipsum(Arguments arguments) {
        throw new Fault("lipsum is refused: a prompt must be the same each time");
    }

    private static Object raise(Render render, Arguments arguments) {
        Object message = Signature.of("raise_exception", "message").bind(arguments).get(0);
        throw new Fault(render.str(message));
    }

    private static Object now(Render render, Arguments arguments) {
        String format = Signature.of("strftime_now", "format").bind(arguments).text(0);
        return DateText.format(render.budget(), format, render.clock());
    }
}
