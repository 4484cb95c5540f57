package dev.altiplano.loader.internal.jinja;

import org.jspecify.annotations.Nullable;

import java.util.HashMap;
import java.util.Map;

/** All filters by name. */
final class BuiltinFilters {
    private static final Map<String, Method> TABLE = new HashMap<>();

    static {
        TextFilters.addTo(TABLE);
        WebFilters.addTo(TABLE);
        NumberFilters.addTo(TABLE);
        SequenceFilters.addTo(TABLE);
        SelectionFilters.addTo(TABLE);
        Method.add(
                TABLE,
                "tojson",
                "ensure_ascii? indent? separators? sort_keys?",
                (render, self, a) -> JsonText.write(render.budget(), self, a));
        Method.add(TABLE, "random", "", BuiltinFilters::refused);
    }

    private BuiltinFilters() {}

    static @Nullable Method find(String name) {
        return TABLE.get(name);
    }

    private static Object refused(Render render, Object self, Bound arguments) {
        throw new Fault("the filter random is refused: a prompt must be the same each time");
    }
}
