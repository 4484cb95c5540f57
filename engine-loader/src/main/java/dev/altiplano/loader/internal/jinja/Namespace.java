package dev.altiplano.loader.internal.jinja;

/** What {@code namespace()} gives: the only object whose attributes a template may set. */
record Namespace(Dict attributes) {
    @Override
    public boolean equals(Object other) {
        return this == other;
    }

    @Override
    public int hashCode() {
        return System.identityHashCode(this);
    }
}
