package dev.altiplano.cache;

import dev.altiplano.kernels.KvPages;

/** Every position from the beginning: layers with full attention. */
final class GrowingCache implements LayerCache {
    private final PageSource source;
    private final KvPages pages = new KvPages();

    GrowingCache(PageSource source) {
        this.source = source;
    }

    @Override
    public KvPages pages() {
        return pages;
    }

    @Override
    public void begin(int position, int count) {
        source.provide(pages, count);
    }
}
