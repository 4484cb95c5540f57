package dev.altiplano.loader.internal.jinja;

import org.jspecify.annotations.Nullable;

/** Arguments in the order of the parameters. */
final class Bound {
    private final Arguments arguments;
    private final @Nullable Object[] values;

    /** Values are null where an optional argument was not given. */
    Bound(Arguments arguments, @Nullable Object[] values) {
        this.arguments = arguments;
        this.values = values;
    }

    /** The arguments as they were given. */
    Arguments arguments() {
        return arguments;
    }

    Object get(int i) {
        Object value = values[i];
        if (value == null) {
            throw new IllegalStateException("parameter " + i + " is optional");
        }
        return value;
    }

    Object get(int i, Object otherwise) {
        Object value = values[i];
        return value == null ? otherwise : value;
    }

    /** The argument, or null if it is missing or None. */
    @Nullable Object orNull(int i) {
        return values[i] == None.NONE ? null : values[i];
    }

    boolean flag(int i) {
        return flag(i, false);
    }

    boolean flag(int i, boolean otherwise) {
        Object value = values[i];
        return value == null ? otherwise : Types.truth(value);
    }

    String text(int i) {
        return text(get(i));
    }

    String text(int i, String otherwise) {
        Object value = orNull(i);
        return value == null ? otherwise : text(value);
    }

    /** An integer, cut to the range of long. */
    long integer(int i) {
        return integer(get(i));
    }

    long integer(int i, long otherwise) {
        Object value = values[i];
        return value == null ? otherwise : integer(value);
    }

    /** A text; other values are a mistake. */
    static String text(Object value) {
        if (value instanceof String text) {
            return text;
        }
        if (value instanceof Undefined undefined) {
            throw undefined.fault();
        }
        throw new Fault("expected a str, not %s", Types.name(value));
    }

    static long integer(Object value) {
        if (value instanceof Undefined undefined) {
            throw undefined.fault();
        }
        return Numbers.clamp(value);
    }
}
