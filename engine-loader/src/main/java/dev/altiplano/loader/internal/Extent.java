package dev.altiplano.loader.internal;

/**
 * One expected dimension of a tensor.
 *
 * @param size number of elements along it
 * @param meaning what it counts, for messages
 */
record Extent(int size, String meaning) {
    /** Bytes of codes that share one by twos. */
    Extent halved() {
        return new Extent(size / 2 + size % 2, meaning + " / 2");
    }

    Extent twice() {
        return new Extent(Math.multiplyExact(2, size), "2 * " + meaning);
    }
}
