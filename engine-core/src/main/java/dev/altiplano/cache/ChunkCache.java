package dev.altiplano.cache;

import dev.altiplano.kernels.KvPages;

/** The positions of the current chunk: a chunked layer never looks behind its border. */
final class ChunkCache implements LayerCache {
    private final PageSource source;
    private final int chunkSize;
    private final KvPages pages = new KvPages();

    ChunkCache(PageSource source, int chunkSize) {
        this.source = source;
        this.chunkSize = chunkSize;
    }

    @Override
    public KvPages pages() {
        return pages;
    }

    @Override
    public void begin(int position, int count) {
        if (position % chunkSize == 0) {
            pages.fill(0); // the pages stay and are written again
        }
        source.provide(pages, count);
    }
}
