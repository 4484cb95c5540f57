package dev.altiplano.cache;

import dev.altiplano.kernels.KvLayout;
import dev.altiplano.loader.LayerKind;
import dev.altiplano.loader.Llama4Config;

import java.util.ArrayList;
import java.util.List;
import java.util.function.ToLongFunction;

/**
 * The memory for keys and values of a model's sequences.
 *
 * <p><b>Threads.</b> Any; a {@link KvCache} belongs to one at a time.
 */
public final class KvStore implements AutoCloseable {
    private final Llama4Config config;
    private final KvLayout layout;
    private final KvSettings settings;
    private final PageStore memory;
    private final PageStore growing; // the same, unless it lies in a file
    private final PrefixCache prefixes;

    /**
     * Takes no memory yet.
     *
     * @param blockSize most tokens in one pass
     * @throws java.io.UncheckedIOException if the settings name a folder that cannot be used
     */
    public KvStore(Llama4Config config, KvLayout layout, KvSettings settings, int blockSize) {
        this.config = config;
        this.layout = layout;
        this.settings = settings;
        memory = new PageStore(new OffHeap(), layout.pageBytes(), settings.budgetBytes());
        KvSettings.Place file = settings.growing();
        growing =
                file == null
                        ? memory
                        : new PageStore(
                                PageFile.in(file.folder()), layout.pageBytes(), file.bytes());
        KvSettings.Place kept = settings.prefixes();
        prefixes =
                new PrefixCache(
                        this,
                        new PrefixBorders(chunkSize(), blockSize),
                        PrefixKey.of(settings.identity()),
                        kept == null ? null : new PrefixFolder(kept.folder(), kept.bytes()),
                        settings.prefixBytes());
        memory.whenFull(prefixes::giveUpOldest);
        growing.whenFull(prefixes::giveUpOldest);
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
        return isChunked(kind)
                ? new ChunkCache(new PageList(memory, layout), config.chunkSize().getAsInt())
                : new GrowingCache(new PageList(growing, layout));
    }

    /** Pages of an entry of the prefix cache. */
    long pageCount(int start, int end) {
        return config.layers().stream()
                .mapToLong(kind -> pageCount(spanOf(kind), start, end))
                .sum();
    }

    private int spanOf(LayerKind kind) {
        return isChunked(kind) ? config.chunkSize().getAsInt() : Integer.MAX_VALUE;
    }

    /** Pages that hold the positions of an entry and can still be seen at its end. */
    private static long pageCount(int span, int start, int end) {
        int slots = end % span;
        return slots == 0
                ? 0
                : KvLayout.pagesFor(slots) - Math.min(start % span, slots) / KvLayout.PAGE;
    }

    /**
     * Pages for an entry of the prefix cache that is to be read from a file.
     *
     * @throws CacheFullException if sequences have claimed everything
     */
    List<List<Page>> takeKept(int start, int end) {
        List<List<Page>> pages = new ArrayList<>();
        try {
            for (LayerKind kind : config.layers()) {
                List<Page> ofLayer = new ArrayList<>();
                pages.add(ofLayer);
                PageStore store = isChunked(kind) ? memory : growing;
                for (long i = pageCount(spanOf(kind), start, end); i > 0; i--) {
                    Page page = store.take(new Claim());
                    store.keep(page);
                    store.release(page);
                    ofLayer.add(page);
                }
            }
            return pages;
        } catch (CacheFullException e) {
            pages.forEach(ofLayer -> ofLayer.forEach(page -> page.store.drop(page)));
            throw e;
        }
    }

    /** The pages of an entry as they go to a file. */
    List<SavedPage> saved(PrefixEntry entry) {
        List<SavedPage> saved = new ArrayList<>();
        for (int i = 0; i < entry.pages.size(); i++) {
            int slots = entry.end % spanOf(config.layers().get(i));
            List<Page> pages = entry.pages.get(i);
            for (int p = 0; p < pages.size(); p++) {
                int behind = pages.size() - 1 - p; // all but the last page are full
                int last = (slots - 1) % KvLayout.PAGE + 1;
                saved.add(
                        new SavedPage(
                                layout, pages.get(p).data, behind == 0 ? last : KvLayout.PAGE));
            }
        }
        return saved;
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
        return memory.heldBytes() + fileBytes(PageStore::heldBytes);
    }

    /** Bytes of pages that open sequences read, those that they share counted once. */
    public long readBytes() {
        return memory.readBytes() + fileBytes(PageStore::readBytes);
    }

    /** Bytes taken from the system. */
    public long takenBytes() {
        return memory.takenBytes() + fileBytes(PageStore::takenBytes);
    }

    private long fileBytes(ToLongFunction<PageStore> bytes) {
        return growing == memory ? 0 : bytes.applyAsLong(growing);
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
        return chunkedBytes(config, layout, positions) + growingBytes(config, layout, positions);
    }

    /** Bytes of the pages of the layers that see one chunk. */
    public static long chunkedBytes(Llama4Config config, KvLayout layout, long positions) {
        if (config.chunkSize().isEmpty()) {
            return 0;
        }
        long chunked = config.layers().stream().filter(LayerKind::chunked).count();
        long slots = Math.min(positions, config.chunkSize().getAsInt());
        return chunked * KvLayout.pagesFor(slots) * layout.pageBytes();
    }

    /** Bytes of the pages of the layers that see everything. */
    public static long growingBytes(Llama4Config config, KvLayout layout, long positions) {
        boolean chunks = config.chunkSize().isPresent();
        long growing = config.layers().stream().filter(kind -> !(chunks && kind.chunked())).count();
        return growing * KvLayout.pagesFor(positions) * layout.pageBytes();
    }

    /** Frees all pages; sequences that are still open cannot be used any more. */
    @Override
    public void close() {
        memory.close();
        growing.close();
    }
}
