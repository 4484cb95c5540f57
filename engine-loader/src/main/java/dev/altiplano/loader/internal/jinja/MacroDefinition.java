package dev.altiplano.loader.internal.jinja;

import java.util.List;
import java.util.Set;

/**
 * A macro, or the body of a call block.
 *
 * @param defaults of the last parameters
 * @param specials which of {@code caller}, {@code kwargs} and {@code varargs} the body asks for
 */
record MacroDefinition(
        String name,
        List<String> parameters,
        List<Expression> defaults,
        Set<String> specials,
        Body body,
        int at) {}
