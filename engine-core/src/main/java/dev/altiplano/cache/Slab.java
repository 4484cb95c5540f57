package dev.altiplano.cache;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.Deque;

/** Pages that were taken from the system together and go back to it together. */
final class Slab {
    private final Arena arena;
    private final Runnable onClose;
    private final MemorySegment memory;
    private final Deque<Page> free = new ArrayDeque<>();

    /**
     * @param memory of {@code arena}
     * @param onClose run when the memory has gone back
     */
    Slab(Arena arena, MemorySegment memory, Runnable onClose) {
        this.arena = arena;
        this.memory = memory;
        this.onClose = onClose;
    }

    /** Cuts the memory into free pages of a store. */
    void cut(PageStore store, long pageBytes) {
        for (long at = 0; at < memory.byteSize(); at += pageBytes) {
            free.add(new Page(memory.asSlice(at, pageBytes), this, store));
        }
    }

    long bytes() {
        return memory.byteSize();
    }

    boolean hasFree() {
        return !free.isEmpty();
    }

    boolean isUnused(long pageBytes) {
        return free.size() * pageBytes == memory.byteSize();
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
