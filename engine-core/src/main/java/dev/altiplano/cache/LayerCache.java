package dev.altiplano.cache;

import dev.altiplano.kernels.KvPages;

/** Keys and values that one layer can still attend to. */
public sealed interface LayerCache permits ChunkCache, GrowingCache {
    /** The pages; slot 0 holds the oldest position that the next query may see. */
    default KvPages pages() {
        return list().pages();
    }

    /** The pages and who else reads them. */
    PageList list();

    /** The same keys and values for another sequence. */
    LayerCache fork();

    /** The slot of a position that the next query can see. */
    default int slot(int position) {
        return position % span();
    }

    /** Positions after which the layer starts again; more than there can be if it does not. */
    int span();

    /**
     * Makes room for the positions of one block and forgets what none of them can see.
     *
     * @param position the first position of the block
     * @param count positions in the block; a block never crosses a chunk border
     */
    void begin(int position, int count);

    /** Counts the block's positions as remembered. */
    default void commit(int count) {
        list().commit(count);
    }

    /**
     * Pages that are taken while the sequence grows.
     *
     * @param from positions read so far
     * @param to positions in the end, not below {@code from}
     */
    long missing(int from, long to);
}
