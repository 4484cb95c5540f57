package dev.altiplano.loader.internal.jinja;

import java.util.List;

/** What a value is assigned to. */
sealed interface Target {
    int at();

    record Variable(String name, int at) implements Target {}

    record NamespaceAttribute(String namespace, String name, int at) implements Target {}

    record Unpacked(List<Target> targets, int at) implements Target {}
}
