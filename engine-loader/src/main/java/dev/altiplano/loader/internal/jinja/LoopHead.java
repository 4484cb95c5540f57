package dev.altiplano.loader.internal.jinja;

import org.jspecify.annotations.Nullable;

/**
 * {@code for target in iterable if condition recursive}.
 *
 * @param condition which items are looped over, null for all
 */
record LoopHead(
        Target target,
        Expression iterable,
        @Nullable Expression condition,
        boolean recursive,
        int at) {}
