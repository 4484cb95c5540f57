package dev.altiplano.loader.internal.jinja;

import java.util.Map;

/**
 * A built-in method or filter.
 *
 * @param signature its parameters, without the value that it works on
 */
record Method(Signature signature, Body body) {
    /** What a method does. */
    interface Body {
        /**
         * The result.
         *
         * @param self the value that the method works on
         */
        Object apply(Render render, Object self, Bound arguments);
    }

    /** Adds a method to a table; {@link Signature} says how parameters are written. */
    static void add(Map<String, Method> table, String name, String parameters, Body body) {
        table.put(name, new Method(Signature.of(name, parameters), body));
    }

    Object apply(Render render, Object self, Arguments arguments) {
        return body.apply(render, self, signature.bind(arguments));
    }

    /** The method as a value that can be called. */
    Function of(Render render, Object self) {
        return arguments -> apply(render, self, arguments);
    }
}
