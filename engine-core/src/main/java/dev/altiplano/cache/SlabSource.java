package dev.altiplano.cache;

/** Where the memory of pages comes from. */
interface SlabSource extends AutoCloseable {
    /**
     * Takes memory for so many pages.
     *
     * @throws CacheFullException if the system does not give it
     */
    Slab take(int pages, long pageBytes);

    /** Gives back what was not a slab; slabs are closed by their owner before. */
    @Override
    void close();
}
