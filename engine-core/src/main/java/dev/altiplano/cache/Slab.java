package dev.altiplano.cache;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.Deque;

/** Pages that were taken from the system together and go back to it together. */
final class Slab {
    private final Arena arena;
    private final Runnable onClose;
    private final Deque<Page> free = new ArrayDeque<>();
    private final int pages;

    /**
     * @param memory of {@code arena}, a multiple of {@code pageBytes}
     * @param onClose run when the memory has gone back
     */
    Slab(Arena arena, MemorySegment memory, long pageBytes, Runnable onClose) {
        this.arena = arena;
        this.onClose = onClose;
        pages = Math.toIntExact(memory.byteSize() / pageBytes);
        for (int i = 0; i < pages; i++) {
            free.add(new Page(memory.asSlice(i * pageBytes, pageBytes), this));
        }
    }

    int pages() {
        return pages;
    }

    boolean hasFree() {
        return !free.isEmpty();
    }

    boolean isUnused() {
        return free.size() == pages;
    }

    Page take() {
        return free.removeFirst();
    }

    void giveBack(Page page) {
        free.addFirst(page);
    }

    void close() {
        arena.close();
        onClose.run();
    }
}
