package dev.altiplano.cache;

import dev.altiplano.kernels.KvPages;

/** Keys and values that one layer can still attend to. */
public sealed interface LayerCache permits ChunkCache, GrowingCache {
    /** The pages; slot 0 holds the oldest position that the next query may see. */
    KvPages pages();

    /**
     * Makes room for the positions of one block and forgets what none of them can see.
     *
     * @param position the first position of the block
     * @param count positions in the block; a block never crosses a chunk border
     */
    void begin(int position, int count);

    /** Counts the block's positions as remembered. */
    default void commit(int count) {
        pages().fill(pages().filled() + count);
    }
}
