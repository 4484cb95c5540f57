package dev.altiplano.loader.internal.jinja;

import org.jspecify.annotations.Nullable;

import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * The parameters of a built-in function.
 *
 * @param name what messages call the function
 * @param parameters names; {@code ?} behind one makes it optional, {@code /} in front of one keeps
 *     callers from naming it; {@code *} alone takes whatever is given
 */
record Signature(String name, List<String> parameters) {
    /** Reads parameters separated by blanks. */
    static Signature of(String name, String parameters) {
        return new Signature(
                name, parameters.isEmpty() ? List.of() : List.of(parameters.split(" ")));
    }

    Bound bind(Arguments arguments) {
        if (parameters.size() == 1 && parameters.getFirst().equals("*")) {
            return new Bound(arguments, new Object[0]);
        }
        List<Object> given = arguments.positional();
        if (given.size() > parameters.size()) {
            throw new Fault(
                    "%s() takes at most %d arguments (%d given)",
                    name, parameters.size(), given.size());
        }
        @Nullable Object[] values = Arrays.copyOf(given.toArray(), parameters.size());
        for (Map.Entry<String, Object> named : arguments.named().entrySet()) {
            int i = indexOf(named.getKey());
            if (values[i] != null) {
                throw new Fault("%s() got multiple values for argument '%s'", name, named.getKey());
            }
            values[i] = named.getValue();
        }
        for (int i = 0; i < values.length; i++) {
            String parameter = parameters.get(i);
            if (values[i] == null && !parameter.endsWith("?")) {
                throw new Fault(
                        "%s() missing required argument '%s'", name, parameter.replace("/", ""));
            }
        }
        return new Bound(arguments, values);
    }

    private int indexOf(String named) {
        for (int i = 0; i < parameters.size(); i++) {
            String parameter = parameters.get(i);
            if (parameter.equals(named) || parameter.equals(named + "?")) {
                return i;
            }
        }
        throw new Fault("%s() got an unexpected keyword argument '%s'", name, named);
    }
}
