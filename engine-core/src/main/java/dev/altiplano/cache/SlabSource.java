package dev.altiplano.cache;

/** Where the memory of pages comes from. */
interface SlabSource extends AutoCloseable {
    /**
     * Takes memory from the start of a cache line on.
     *
     * @throws CacheFullException if the system does not give it
     */
    Slab take(long bytes);

    /** Gives back what was not a slab; slabs are closed by their owner before. */
    @Override
    void close();
}
