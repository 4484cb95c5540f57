package dev.altiplano.cache;

import dev.altiplano.kernels.KvLayout;
import dev.altiplano.kernels.KvPages;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/** The pages of one layer of one sequence; those that others read too are copied before a write. */
final class PageList {
    private static final int PAGE = KvLayout.PAGE;

    private final PageStore store;
    private final KvLayout layout;
    private final List<Page> list = new ArrayList<>();
    private final KvPages pages = new KvPages();
    private final Claim claim = new Claim();

    PageList(PageStore store, KvLayout layout) {
        this.store = store;
        this.layout = layout;
    }

    /** The same pages, shared; nothing is copied before one of the two writes. */
    PageList fork() {
        PageList fork = new PageList(store, layout);
        for (Page page : list) {
            store.share(page);
            fork.add(page);
        }
        fork.pages.fill(pages.filled());
        return fork;
    }

    /** What attention reads. */
    KvPages pages() {
        return pages;
    }

    int filled() {
        return pages.filled();
    }

    long bytes() {
        return list.size() * store.pageBytes();
    }

    /** The pages from {@code from} to before {@code to}. */
    List<Page> pages(int from, int to) {
        return List.copyOf(list.subList(from, to));
    }

    boolean isOfSameStore(PageList other) {
        return store == other.store;
    }

    /** Pages that nobody else reads. */
    long unshared() {
        return list.stream().filter(page -> !page.isShared()).count();
    }

    /** Pages that must be taken to write the slots from {@code from} to {@code to}. */
    long missing(int from, long to) {
        int first = from / PAGE;
        long own = 0;
        for (int i = first; i < list.size() && i * (long) PAGE < to; i++) {
            own += list.get(i).isShared() ? 0 : 1;
        }
        return Math.max(0, KvLayout.pagesFor(to) - first - own);
    }

    /** Claims pages before they are needed, see {@link PageStore#reserve}. */
    void reserve(long count, long credit) {
        store.reserve(claim, count, credit);
    }

    /** Gives up what was reserved and not taken. */
    void unreserve() {
        store.unreserve(claim);
    }

    /** Makes the next {@code count} slots ones that this sequence may write to. */
    void provide(int count) {
        int first = pages.filled() / PAGE;
        int last = (pages.filled() + count - 1) / PAGE;
        for (int i = first; i <= last; i++) {
            if (i == list.size()) {
                add(store.take(claim));
            } else if (list.get(i).isShared()) {
                replace(i);
            }
        }
    }

    private void replace(int i) {
        Page shared = list.get(i);
        Page own = store.own(shared, claim);
        if (own == shared) {
            return;
        }
        int used = Math.max(0, pages.filled() - i * PAGE);
        if (used > 0) {
            layout.copy(shared.data, own.data, used);
        }
        list.set(i, own);
        pages.set(i, own.data);
        store.release(shared);
    }

    /**
     * Reads pages of the prefix cache from now on.
     *
     * @param kept pages that hold the slots from {@code from} to {@code to}
     * @param from the slots filled so far
     */
    void adopt(List<Page> kept, int from, int to) {
        int first = from / PAGE;
        while (list.size() > first) { // the kept page also holds what this one does
            store.release(list.removeLast());
        }
        pages.keep(first);
        for (Page page : kept) {
            store.adopt(page, claim);
            add(page);
        }
        pages.fill(to);
    }

    /** The pages that hold the first {@code slots} slots. */
    List<SavedPage> saved(int slots) {
        List<SavedPage> saved = new ArrayList<>();
        for (int i = 0; i * PAGE < slots; i++) {
            saved.add(new SavedPage(layout, list.get(i).data, Math.min(PAGE, slots - i * PAGE)));
        }
        return saved;
    }

    /** Fills an empty list with pages that are to be read from a file. */
    List<MemorySegment> restore(int slots) {
        if (slots > 0) {
            provide(slots);
            commit(slots);
        }
        return list.stream().map(page -> page.data).toList();
    }

    private void add(Page page) {
        list.add(page);
        pages.add(page.data);
    }

    /** Counts slots as filled; pages that hold none of them go back. */
    void cut(int slots) {
        int kept = (int) KvLayout.pagesFor(slots);
        while (list.size() > kept) {
            store.release(list.removeLast());
        }
        pages.keep(kept);
        pages.fill(slots);
    }

    /** Starts again at slot 0; pages that nobody else reads stay to be written again. */
    void restart() {
        pages.fill(0);
    }

    void commit(int count) {
        pages.fill(pages.filled() + count);
    }

    /** Gives everything back. */
    void close() {
        unreserve();
        cut(0);
    }
}
