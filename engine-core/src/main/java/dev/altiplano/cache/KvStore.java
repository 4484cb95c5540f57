package dev.altiplano.cache;

import dev.altiplano.kernels.KvLayout;
import dev.altiplano.loader.LayerKind;
import dev.altiplano.loader.Llama4Config;

import java.util.List;

/**
 * The memory for keys and values of a model's sequences.
 *
 * <p><b>Threads.</b> Any; a {@link KvCache} belongs to one at a time.
 */
public final class KvStore implements AutoCloseable {
    private final Llama4Config config;
    private final KvLayout layout;
    private final KvSettings settings;
    private final PageStore pages;
    private final PrefixCache prefixes;

    /**
     * Takes no memory yet.
     *
     * @param blockSize most tokens in one pass
     */
    public KvStore(Llama4Config config, KvLayout layout, KvSettings settings, int blockSize) {
        this.config = config;
        this.layout = layout;
        this.settings = settings;
        pages = new PageStore(new OffHeap(), layout.pageBytes(), settings.budgetBytes());
        PrefixBorders borders = new PrefixBorders(chunkSize(), blockSize);
        prefixes = new PrefixCache(pages, borders, settings.prefixBytes());
    }

    /** Beginnings of sequences that were read before. */
    public PrefixCache prefixes() {
        return prefixes;
    }

    /** Follows a new sequence through the prefix cache. */
    public PrefixTrail newTrail(PrefixTrail.Content content) {
        return new PrefixTrail(prefixes, content);
    }

    /** An empty memory for one sequence. */
    public KvCache newCache() {
        return new KvCache(this, config.layers().stream().map(this::layer).toList());
    }

    private LayerCache layer(LayerKind kind) {
        PageList list = new PageList(pages, layout);
        return isChunked(kind)
                ? new ChunkCache(list, config.chunkSize().getAsInt())
                : new GrowingCache(list);
    }

    private boolean isChunked(LayerKind kind) {
        return kind.chunked() && config.chunkSize().isPresent();
    }

    /** How a page is laid out. */
    public KvLayout layout() {
        return layout;
    }

    /** Positions in a chunk; the largest possible number if no layer is chunked. */
    int chunkSize() {
        boolean chunks = config.layers().stream().anyMatch(this::isChunked);
        return chunks ? config.chunkSize().getAsInt() : Integer.MAX_VALUE;
    }

    /** Bytes of pages that hold something, those that sequences share counted once. */
    public long heldBytes() {
        return pages.heldBytes();
    }

    /** Bytes of pages that open sequences read, those that they share counted once. */
    public long readBytes() {
        return pages.readBytes();
    }

    /** Bytes taken from the system. */
    public long takenBytes() {
        return pages.takenBytes();
    }

    /** Refuses a sequence of so many positions if it takes more than one may. */
    void requireSessionBudget(long positions) {
        if (settings.sessionBytes() == Long.MAX_VALUE) {
            return;
        }
        long bytes = bytes(config, layout, positions);
        if (bytes > settings.sessionBytes()) {
            throw new CacheFullException(
                    "a sequence of %d tokens needs %d bytes of keys and values, expected at most %d"
                            .formatted(positions, bytes, settings.sessionBytes()));
        }
    }

    /** Bytes of the pages of one sequence of so many positions. */
    public static long bytes(Llama4Config config, KvLayout layout, long positions) {
        List<LayerKind> kinds = config.layers();
        long chunk = Math.min(positions, config.chunkSize().orElse(Integer.MAX_VALUE));
        long chunked = kinds.stream().filter(LayerKind::chunked).count();
        long pages =
                chunked * KvLayout.pagesFor(chunk)
                        + (kinds.size() - chunked) * KvLayout.pagesFor(positions);
        return pages * layout.pageBytes();
    }

    /** Frees all pages; sequences that are still open cannot be used any more. */
    @Override
    public void close() {
        pages.close();
    }
}
