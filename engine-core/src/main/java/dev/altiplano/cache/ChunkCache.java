package dev.altiplano.cache;

/**
 * The positions of the current chunk: a chunked layer never looks behind its border.
 *
 * @param chunkSize positions in a chunk
 */
record ChunkCache(PageList list, int chunkSize) implements LayerCache {
    @Override
    public LayerCache fork() {
        return new ChunkCache(list.fork(), chunkSize);
    }

    @Override
    public int span() {
        return chunkSize;
    }

    @Override
    public void begin(int position, int count) {
        if (position % chunkSize == 0) {
            list.restart();
        }
        list.provide(count);
    }

    @Override
    public long missing(int from, long to) {
        int start = from - from % chunkSize;
        if (to > (long) start + chunkSize) {
            // this chunk is filled, then its pages are written again from the first on
            return list.missing(0, chunkSize);
        }
        return list.missing(from - start, to - start);
    }
}
