package dev.altiplano.loader.internal.jinja;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;

/**
 * What filters take as {@code attribute}: {@code 'role'}, {@code 'a.b.0'}, or an index.
 *
 * @param keys names and indexes, applied one after the other; none gives the item itself
 * @param ignoreCase whether texts are found in lower case
 * @param otherwise what stands for a missing attribute, null for undefined
 */
record AttributePath(List<Object> keys, boolean ignoreCase, @Nullable Object otherwise) {
    static AttributePath of(@Nullable Object attribute) {
        return of(attribute, false, null);
    }

    static AttributePath of(
            @Nullable Object attribute, boolean ignoreCase, @Nullable Object otherwise) {
        List<Object> keys = new ArrayList<>();
        if (attribute instanceof String path) {
            for (String part : path.split("\\.", -1)) {
                boolean index =
                        !part.isEmpty()
                                && part.length() < 10
                                && part.chars().allMatch(c -> c >= '0' && c <= '9');
                keys.add(index ? (Object) Long.valueOf(part) : part);
            }
        } else if (attribute != null) {
            keys.add(attribute);
        }
        return new AttributePath(keys, ignoreCase, otherwise);
    }

    /** Several paths, separated by commas. */
    static List<AttributePath> several(
            Budget budget, @Nullable Object attributes, boolean ignoreCase) {
        List<AttributePath> paths = new ArrayList<>();
        if (attributes instanceof String list) {
            for (String path : list.split(",", -1)) {
                budget.objects(8);
                paths.add(of(path, ignoreCase, null));
            }
        } else {
            paths.add(of(attributes, ignoreCase, null));
        }
        return paths;
    }

    Object find(Render render, Object item) {
        Object value = item;
        for (Object key : keys) {
            render.budget().step();
            value = Attributes.item(render, value, key);
            if (otherwise != null && value instanceof Undefined) {
                value = otherwise;
            }
        }
        if (ignoreCase && value instanceof String text) {
            render.budget().text(text.length());
            return TextCase.lower(text);
        }
        return value;
    }
}
