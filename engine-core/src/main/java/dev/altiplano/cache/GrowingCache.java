package dev.altiplano.cache;

/** Every position from the beginning: layers with full attention. */
record GrowingCache(PageList list) implements LayerCache {
    @Override
    public LayerCache fork() {
        return new GrowingCache(list.fork());
    }

    @Override
    public int span() {
        return Integer.MAX_VALUE;
    }

    @Override
    public void begin(int position, int count) {
        list.provide(count);
    }

    @Override
    public long missing(int from, long to) {
        return list.missing(from, to);
    }
}
