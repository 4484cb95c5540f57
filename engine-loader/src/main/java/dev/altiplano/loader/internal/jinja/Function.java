package dev.altiplano.loader.internal.jinja;

/** A value that can be called. */
interface Function {
    Object call(Arguments arguments);
}
