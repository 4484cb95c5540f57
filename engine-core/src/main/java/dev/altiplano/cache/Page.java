package dev.altiplano.cache;

import java.lang.foreign.MemorySegment;

/**
 * Memory for keys and values of one layer at {@link dev.altiplano.kernels.KvLayout#PAGE} positions.
 *
 * <p>May be shared: whoever wants to write to a shared page takes a copy. The counts are changed by
 * {@link PageStore} alone.
 */
final class Page {
    final MemorySegment data;
    final Slab slab;
    final PageStore store;

    /** Sequences that read it. */
    int readers;

    /** Entries of the prefix cache that hold it. */
    int keepers;

    /** Sequences and entries; one thread may look while another changes it. */
    private volatile int holders;

    Page(MemorySegment data, Slab slab, PageStore store) {
        this.data = data;
        this.slab = slab;
        this.store = store;
    }

    void count() {
        holders = readers + keepers;
    }

    /** Whether somebody besides the asking holder may read it. */
    boolean isShared() {
        return holders > 1;
    }
}
