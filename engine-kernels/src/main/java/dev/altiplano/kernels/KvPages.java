package dev.altiplano.kernels;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * The cached keys and values that one layer attends to: pages in order, slot {@code s} in page
 * {@code s / KvLayout.PAGE}. The caller owns the memory and changes the list only between steps.
 */
public final class KvPages {
    private final List<MemorySegment> pages = new ArrayList<>();
    private int filled;

    /** An empty list. */
    public KvPages() {}

    /** Page {@code i}. */
    public MemorySegment page(int i) {
        return pages.get(i);
    }

    /**
     * Appends a page of {@link KvLayout#pageBytes()} bytes or more.
     *
     * @throws IllegalArgumentException if it lies on the heap
     */
    public void add(MemorySegment page) {
        if (!page.isNative()) {
            throw new IllegalArgumentException("keys and values must lie off the heap");
        }
        pages.add(page);
    }

    /**
     * Puts another page in the place of page {@code i}.
     *
     * @throws IllegalArgumentException if it lies on the heap
     */
    public void set(int i, MemorySegment page) {
        if (!page.isNative()) {
            throw new IllegalArgumentException("keys and values must lie off the heap");
        }
        pages.set(i, page);
    }

    /** Forgets the pages behind the first {@code count}; their memory stays with its owner. */
    public void keep(int count) {
        pages.subList(count, pages.size()).clear();
        filled = Math.min(filled, count * KvLayout.PAGE);
    }

    /** Pages in the list. */
    public int pages() {
        return pages.size();
    }

    /** Slots that hold keys and values of earlier steps. */
    public int filled() {
        return filled;
    }

    /**
     * Declares the first {@code slots} slots filled.
     *
     * @throws IndexOutOfBoundsException if there are not so many
     */
    public void fill(int slots) {
        filled = Objects.checkIndex(slots, pages.size() * KvLayout.PAGE + 1);
    }

    /** Forgets all pages; their memory stays with its owner. */
    public void clear() {
        pages.clear();
        filled = 0;
    }
}
