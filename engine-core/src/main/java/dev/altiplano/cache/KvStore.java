package dev.altiplano.cache;

import dev.altiplano.kernels.KvLayout;
import dev.altiplano.loader.LayerKind;
import dev.altiplano.loader.Llama4Config;

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
        growing =
                settings.folder() == null
                        ? memory
                        : new PageStore(
                                PageFile.in(settings.folder()),
                                layout.pageBytes(),
                                settings.fileBytes());
        PrefixBorders borders = new PrefixBorders(chunkSize(), blockSize);
        prefixes = new PrefixCache(layout.pageBytes(), borders, settings.prefixBytes());
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
