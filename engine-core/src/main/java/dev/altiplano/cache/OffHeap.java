package dev.altiplano.cache;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** Memory off the heap. */
final class OffHeap implements SlabSource {
    private static final int CACHE_LINE = 64;

    @Override
    @SuppressWarnings("MustBeClosed") // the slab closes the arena, or the catch clause does
    public Slab take(int pages, long pageBytes) {
        Arena arena = Arena.ofShared();
        try {
            MemorySegment memory = arena.allocate(pages * pageBytes, CACHE_LINE);
            return new Slab(arena, memory, pageBytes, () -> {});
        } catch (OutOfMemoryError e) { // the system's answer, not the heap's
            arena.close();
            throw new CacheFullException(
                    "the system gives no memory for %d bytes of keys and values; lower the budget"
                            .formatted(pages * pageBytes));
        }
    }

    @Override
    public void close() {}
}
