package dev.altiplano.bench.jmh;

/** How much memory calls go through in turn, so that no cache holds what they read. */
final class Memory {
    /** Bytes; the property {@code altiplano.bench.memory} says otherwise. */
    static final long BEYOND_CACHES = Long.getLong("altiplano.bench.memory", 1L << 30);

    private Memory() {}
}
