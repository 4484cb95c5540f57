package dev.altiplano.cache;

import dev.altiplano.kernels.KvLayout;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * The keys and values of one sequence, layer by layer.
 *
 * <p>Chunked layers hold one chunk; full layers grow with the sequence. Keys are stored as
 * attention reads them: after rotation and normalisation.
 */
public final class KvCache implements AutoCloseable {
    private final KvStore store;
    private final List<LayerCache> layers;
    private final long bytesPerPosition; // of one layer
    private int position;
    private boolean closed;

    /** An empty cache; takes no memory before the first block. */
    KvCache(KvStore store, List<LayerCache> layers) {
        this.store = store;
        this.layers = List.copyOf(layers);
        bytesPerPosition = store.layout().pageBytes() / KvLayout.PAGE;
    }

    /** The cache of layer {@code index}, counted from 0. */
    public LayerCache layer(int index) {
        return layers.get(index);
    }

    /** Positions read so far; the next token gets this one. */
    public int position() {
        return position;
    }

    /**
     * Bytes of keys and values that the last of the next {@code count} positions attends to, in all
     * layers. After {@link #begin}.
     */
    public long bytesAttended(int count) {
        long positions = 0;
        for (LayerCache layer : layers) {
            positions += layer.pages().filled() + count;
        }
        return positions * bytesPerPosition;
    }

    /** Off-heap bytes of the pages it reads; those that it shares count in full. */
    public long bytes() {
        long bytes = 0;
        for (LayerCache layer : layers) {
            bytes += layer.list().bytes();
        }
        return bytes;
    }

    /**
     * The same keys and values for another sequence. Both read the same pages until one of them
     * writes: no page is copied here.
     */
    public KvCache fork() {
        checkOpen();
        KvCache fork = new KvCache(store, layers.stream().map(LayerCache::fork).toList());
        fork.position = position;
        return fork;
    }

    /**
     * Claims what growing to so many positions takes, so that it cannot fail half-way.
     *
     * @param positions in the end
     * @param replaced a cache that is closed before this one grows; its pages count as free. Or
     *     this
     * @throws CacheFullException if there is not enough; nothing is claimed then
     */
    public void reserve(long positions, KvCache replaced) {
        checkOpen();
        unreserve();
        store.requireSessionBudget(positions);
        try {
            for (LayerCache layer : layers) {
                long missing = layer.missing(position, Math.max(position, positions));
                long credit = replaced == this ? 0 : replaced.unshared(layer.list());
                layer.list().reserve(missing, credit);
            }
        } catch (CacheFullException e) {
            unreserve();
            throw e;
        }
    }

    /** Pages that nobody else reads, of the store that {@code other} takes its pages from. */
    private long unshared(PageList other) {
        return layers.stream()
                .map(LayerCache::list)
                .filter(other::isOfSameStore)
                .mapToLong(PageList::unshared)
                .sum();
    }

    /** Gives up what was reserved and not taken. */
    public void unreserve() {
        for (LayerCache layer : layers) {
            layer.list().unreserve();
        }
    }

    /**
     * Makes room for the next {@code count} positions, which must lie in one chunk.
     *
     * @throws CacheFullException if nothing was reserved and the budget is used up
     */
    public void begin(int count) {
        checkOpen();
        store.requireSessionBudget((long) position + count);
        for (LayerCache layer : layers) {
            layer.begin(position, count);
        }
    }

    /** Counts the positions of the block as read. A block that failed is simply not committed. */
    public void commit(int count) {
        for (LayerCache layer : layers) {
            layer.commit(count);
        }
        position += count;
    }

    /**
     * Forgets the positions from {@code end} on, and those before it that chunked layers cannot
     * show again: where they have gone on to another chunk, everything behind the last chunk
     * border.
     *
     * @return how many positions are left, at most {@code end}: the others are to be read again
     */
    public int truncate(int end) {
        checkOpen();
        if (end >= position) {
            return position;
        }
        int chunk = store.chunkSize();
        int kept = canShow(end, chunk) ? end : end - end % chunk;
        for (LayerCache layer : layers) {
            layer.list().cut(layer.slot(kept));
        }
        position = kept;
        return kept;
    }

    /**
     * Whether every layer still holds what the position before {@code end} can see. A layer that
     * was taken up at a chunk border holds nothing of the chunk before.
     */
    private boolean canShow(int end, int chunk) {
        return end % chunk == 0
                || end / chunk == (position - 1) / chunk
                        && layers.stream()
                                .allMatch(layer -> layer.list().filled() >= layer.slot(end));
    }

    /** For each layer the pages that hold the positions since {@code start}, if it can see them. */
    List<List<Page>> pagesSince(int start) {
        return layers.stream()
                .map(layer -> {
                    int end = layer.slot(position);
                    int first = Math.min(layer.slot(start), end) / KvLayout.PAGE;
                    int behind = (int) KvLayout.pagesFor(end);
                    return layer.list().pages(end == 0 ? 0 : first, behind);
                })
                .toList();
    }

    /**
     * Goes on to the end of the last entry, whose pages it reads from now on.
     *
     * @param chain entries that follow one another; the first begins at this position
     * @throws CacheFullException if there is no room for them; nothing is read then
     */
    void adopt(Iterable<PrefixEntry> chain) {
        checkOpen();
        PrefixEntry last = null;
        for (PrefixEntry entry : chain) {
            last = entry;
        }
        if (last == null) {
            return;
        }
        try {
            for (int i = 0; i < layers.size(); i++) {
                adopt(layers.get(i), i, chain, last.end);
            }
            position = last.end;
        } catch (CacheFullException e) {
            layers.forEach(layer -> layer.list().cut(0));
            position = 0;
            throw e;
        }
    }

    /** A chunked layer takes those of the last chunk; none if it has ended. */
    private void adopt(LayerCache layer, int index, Iterable<PrefixEntry> chain, int end) {
        int slots = layer.slot(end);
        int oldest = end - slots; // the first position that the layer sees
        int held = layer.slot(position);
        layer.list().cut(position > oldest || oldest == 0 ? held : 0);
        for (PrefixEntry entry : chain) {
            if (entry.end > oldest && slots > 0) {
                layer.list()
                        .adopt(entry.pages.get(index), entry.start - oldest, entry.end - oldest);
            }
        }
    }

    /**
     * Writes what the sequence holds to a file: full layers, and of chunked ones the chunk that the
     * next position lies in.
     *
     * @param header what else belongs to the sequence
     */
    public void save(Path target, byte[] header) throws IOException {
        checkOpen();
        List<SavedPage> pages =
                layers.stream()
                        .flatMap(layer -> layer.list().saved(layer.slot(position)).stream())
                        .toList();
        KvFile.write(target, header, pages, store.layout().pageBytes());
    }

    /**
     * Reads into this empty cache what {@link #save} wrote.
     *
     * @param end positions that the sequence had read
     * @throws KvFileException if the file holds other pages, or damaged ones; then this cache is
     *     empty
     * @throws CacheFullException if there is no room
     */
    public void restore(KvFile file, int end) throws IOException {
        checkOpen();
        long pages = 0;
        for (LayerCache layer : layers) {
            pages += KvLayout.pagesFor(layer.slot(end));
        }
        file.requirePages(pages, store.layout().pageBytes());
        reserve(end, this);
        boolean read = false;
        try {
            file.read(
                    layers.stream()
                            .flatMap(layer -> layer.list().restore(layer.slot(end)).stream())
                            .toList());
            position = end;
            read = true;
        } finally {
            unreserve();
            if (!read) {
                layers.forEach(layer -> layer.list().cut(0));
            }
        }
    }

    private void checkOpen() {
        if (closed) {
            throw new IllegalStateException("the session is closed");
        }
    }

    /** Gives the memory back. Using the cache after this is an {@link IllegalStateException}. */
    @Override
    public void close() {
        if (!closed) {
            closed = true;
            layers.forEach(layer -> layer.list().close());
        }
    }
}
