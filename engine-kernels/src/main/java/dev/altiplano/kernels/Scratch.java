package dev.altiplano.kernels;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import dev.altiplano.kernels.internal.TileOperands;

import org.jspecify.annotations.Nullable;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** Memory of one worker that operations use between two calls of {@link Worker#next}. */
final class Scratch {
    /** Operands of the register tiles. */
    final TileOperands tile = new TileOperands();

    private float[] floats = {};
    private MemorySegment left = MemorySegment.NULL;
    private MemorySegment right = MemorySegment.NULL;
    private MemorySegment result = MemorySegment.NULL;
    private @Nullable AttentionBlock attention;
    private @Nullable KvLayout attentionLayout;
    private int attentionHeads;

    /** At least {@code count} floats with undefined values. */
    float[] floats(int count) {
        if (floats.length < count) {
            floats = new float[count];
        }
        return floats;
    }

    /** Room for the left operand of register tiles: at least {@code count} floats. */
    MemorySegment left(long count) {
        left = atLeast(count, left);
        return left;
    }

    /** Room for the right operand of register tiles: at least {@code count} floats. */
    MemorySegment right(long count) {
        right = atLeast(count, right);
        return right;
    }

    /** Room for the results of register tiles: at least {@code count} floats. */
    MemorySegment result(long count) {
        result = atLeast(count, result);
        return result;
    }

    /** Clears {@code count} floats from {@code offset} on; a slice to fill would be allocated. */
    static void clear(MemorySegment floats, long offset, int count) {
        for (int i = 0; i < count; i++) {
            floats.set(JAVA_FLOAT, offset + 4L * i, 0);
        }
    }

    private static MemorySegment atLeast(long count, MemorySegment made) {
        return made.byteSize() >= 4 * count ? made : allocate(count);
    }

    /** Floats off the heap from the start of a cache line on; freed when nobody refers to them. */
    static MemorySegment allocate(long count) {
        return Arena.ofAuto().allocate(4 * count, 64);
    }

    /** The memory of attention blocks, made anew when the shape is another one. */
    AttentionBlock attention(KvLayout layout, int heads) {
        AttentionBlock made = attention;
        if (made == null || !layout.equals(attentionLayout) || attentionHeads != heads) {
            made = new AttentionBlock(layout, heads);
            attention = made;
            attentionLayout = layout;
            attentionHeads = heads;
        }
        return made;
    }
}
