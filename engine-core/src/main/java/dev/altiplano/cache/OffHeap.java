package dev.altiplano.cache;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** Memory off the heap. */
final class OffHeap implements SlabSource {
    private static final int CACHE_LINE = 64;

    @Override
    @SuppressWarnings("MustBeClosed") // the slab closes the arena, or the catch clause does
    public Slab take(long bytes) {
        Arena arena = Arena.ofShared();
        try {
            MemorySegment memory = arena.allocate(bytes, CACHE_LINE);
            return new Slab(arena, memory, () -> {});
        } catch (OutOfMemoryError e) { // the system's answer, not the heap's
            arena.close();
            throw new CacheFullException(
                    "the system gives no memory for %d bytes of keys and values; lower the budget"
                            .formatted(bytes));
        }
    }

    @Override
    public void close() {}
}
