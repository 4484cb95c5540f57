package dev.altiplano.cache;

import dev.altiplano.kernels.KvLayout;
import dev.altiplano.loader.LayerKind;
import dev.altiplano.loader.Llama4Config;

import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;

/**
 * The keys and values of one sequence, layer by layer.
 *
 * <p>Chunked layers hold one chunk; full layers grow with the sequence. Keys are stored as
 * attention reads them: after rotation and normalisation.
 */
public final class KvCache implements AutoCloseable {
    private final Arena arena = Arena.ofShared();
    private final PageSource source;
    private final List<LayerCache> layers;
    private final long bytesPerPosition; // of one layer
    private int position;

    /** An empty cache; takes no memory before the first block. */
    public KvCache(Llama4Config config, KvLayout layout) {
        source = new PageSource(arena, layout);
        bytesPerPosition = layout.pageBytes() / KvLayout.PAGE;
        List<LayerCache> caches = new ArrayList<>();
        for (LayerKind kind : config.layers()) {
            caches.add(
                    kind.chunked() && config.chunkSize().isPresent()
                            ? new ChunkCache(source, config.chunkSize().getAsInt())
                            : new GrowingCache(source));
        }
        layers = List.copyOf(caches);
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

    /** Off-heap bytes taken so far. */
    public long bytes() {
        return source.bytes();
    }

    /** Makes room for the next {@code count} positions, which must lie in one chunk. */
    public void begin(int count) {
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

    /** Gives the memory back. Using the cache after this is an {@link IllegalStateException}. */
    @Override
    public void close() {
        if (arena.scope().isAlive()) {
            arena.close();
        }
    }
}
