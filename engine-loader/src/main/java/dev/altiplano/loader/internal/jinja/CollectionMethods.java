package dev.altiplano.loader.internal.jinja;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The methods of dicts, lists, tuples and ranges that change nothing. */
final class CollectionMethods {
    static final Map<String, Method> DICT = new HashMap<>();
    static final Map<String, Method> LIST = new HashMap<>();
    static final Map<String, Method> SEQUENCE = new HashMap<>();

    static {
        Method.add(DICT, "keys", "", (_, self, _) -> new View(View.Kind.KEYS, (Dict) self));
        Method.add(DICT, "values", "", (_, self, _) -> new View(View.Kind.VALUES, (Dict) self));
        Method.add(DICT, "items", "", (_, self, _) -> new View(View.Kind.ITEMS, (Dict) self));
        Method.add(DICT, "get", "/key /default?", CollectionMethods::get);
        Method.add(DICT, "copy", "", CollectionMethods::copy);
        Method.add(SEQUENCE, "count", "/value", CollectionMethods::count);
        Method.add(SEQUENCE, "index", "/value /start? /stop?", CollectionMethods::index);
        LIST.putAll(SEQUENCE);
        Method.add(LIST, "copy", "", CollectionMethods::copy);
    }

    private CollectionMethods() {}

    private static Object get(Render render, Object self, Bound arguments) {
        Object value = ((Dict) self).get(render.budget(), arguments.get(0));
        return value == null ? arguments.get(1, None.NONE) : value;
    }

    private static Object copy(Render render, Object self, Bound arguments) {
        render.budget().objects(1 + 4L * Types.size(self));
        return self instanceof Dict dict
                ? dict.copy()
                : new ArrayList<>(Types.readable(render.budget(), self));
    }

    private static Object count(Render render, Object self, Bound arguments) {
        long count = 0;
        for (Object item : Types.readable(render.budget(), self)) {
            render.budget().step();
            count += render.comparisons().equal(item, arguments.get(0)) ? 1 : 0;
        }
        return count;
    }

    private static Object index(Render render, Object self, Bound arguments) {
        List<Object> items = Types.readable(render.budget(), self);
        int start = bound(arguments.integer(1, 0), items.size());
        int stop = bound(arguments.integer(2, items.size()), items.size());
        for (int i = start; i < stop; i++) {
            render.budget().step();
            if (render.comparisons().equal(items.get(i), arguments.get(0))) {
                return (long) i;
            }
        }
        String shown = PythonText.repr(render.budget(), arguments.get(0));
        throw new Fault("%s is not in %s", shown, Types.name(self));
    }

    private static int bound(long index, int size) {
        return Math.clamp(index < 0 ? index + size : index, 0, size);
    }
}
