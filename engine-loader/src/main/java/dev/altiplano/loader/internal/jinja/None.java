package dev.altiplano.loader.internal.jinja;

/** Python's {@code None}: what JSON calls null. */
enum None {
    NONE
}
