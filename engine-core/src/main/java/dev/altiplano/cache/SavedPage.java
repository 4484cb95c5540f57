package dev.altiplano.cache;

import dev.altiplano.kernels.KvLayout;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;

/**
 * A page as it goes to a file.
 *
 * @param slots how many of its slots hold something of this sequence
 */
record SavedPage(KvLayout layout, MemorySegment data, int slots) {
    /** The bytes of the page; what does not belong to the sequence is zero. */
    ByteBuffer bytes(MemorySegment copy) {
        if (slots == KvLayout.PAGE) {
            return data.asByteBuffer();
        }
        layout.copy(data, copy, slots);
        return copy.asByteBuffer();
    }
}
