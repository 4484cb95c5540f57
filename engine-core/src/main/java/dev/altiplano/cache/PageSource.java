package dev.altiplano.cache;

import dev.altiplano.kernels.KvLayout;
import dev.altiplano.kernels.KvPages;

import java.lang.foreign.Arena;

/** Takes pages from an arena as they are needed. */
final class PageSource {
    private static final int CACHE_LINE = 64;

    private final Arena arena;
    private final KvLayout layout;
    private long bytes;

    PageSource(Arena arena, KvLayout layout) {
        this.arena = arena;
        this.layout = layout;
    }

    /** Adds pages until {@code count} more positions fit behind the filled ones. */
    void provide(KvPages pages, int count) {
        while ((long) pages.pages() * KvLayout.PAGE < (long) pages.filled() + count) {
            pages.add(arena.allocate(layout.pageBytes(), CACHE_LINE));
            bytes += layout.pageBytes();
        }
    }

    /** Bytes taken so far. */
    long bytes() {
        return bytes;
    }
}
