package dev.altiplano.loader.internal.tokenizer;

import dev.altiplano.loader.CheckpointException;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An object of a JSON file whose members are asked for by type; faults name file and field.
 *
 * @param path where the object stands in the file
 */
record JsonFields(String file, String path, Map<?, ?> members) {
    /** Takes a value that must be an object. */
    static JsonFields of(String file, String path, @Nullable Object value) {
        if (value instanceof Map<?, ?> members) {
            return new JsonFields(file, path, members);
        }
        throw new CheckpointException(
                "%s: '%s' is %s, expected an object".formatted(file, path, type(value)));
    }

    String string(String name) {
        if (members.get(name) instanceof String text) {
            return text;
        }
        throw wrong(name, "a string");
    }

    boolean flag(String name, boolean absent) {
        if (!members.containsKey(name)) {
            return absent;
        }
        if (members.get(name) instanceof Boolean flag) {
            return flag;
        }
        throw wrong(name, "true or false");
    }

    int id(String name) {
        if (members.get(name) instanceof Integer id && id >= 0 && id < Vocabulary.MAX_IDS) {
            return id;
        }
        throw wrong(name, "an id from 0 to " + (Vocabulary.MAX_IDS - 1));
    }

    List<?> list(String name) {
        if (members.get(name) instanceof List<?> list) {
            return list;
        }
        throw wrong(name, "an array");
    }

    boolean has(String name) {
        return members.get(name) != null;
    }

    /** The object under this name. */
    JsonFields object(String name) {
        return of(file, path + "." + name, members.get(name));
    }

    CheckpointException fault(String name, String found, String expected) {
        return new CheckpointException(
                "%s: '%s.%s' %s, expected %s".formatted(file, path, name, found, expected));
    }

    private CheckpointException wrong(String name, String expected) {
        String found = members.containsKey(name) ? "is " + type(members.get(name)) : "is missing";
        return fault(name, found, expected);
    }

    static String type(@Nullable Object value) {
        return switch (value) {
            case null -> "null";
            case String text -> "'" + JsonCursor.shown(text) + "'";
            case List<?> list -> "an array of " + list.size();
            case Map<?, ?> map -> "an object";
            default -> JsonCursor.shown(value.toString());
        };
    }
}
