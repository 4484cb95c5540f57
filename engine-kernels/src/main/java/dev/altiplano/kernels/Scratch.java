package dev.altiplano.kernels;

import dev.altiplano.kernels.internal.TileOperands;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/** Memory of one worker that kernels use between two calls of {@link Worker#next}. */
final class Scratch {
    /** Operands of the register tiles. */
    final TileOperands tile = new TileOperands();

    private float[] left = new float[0];
    private MemorySegment right = MemorySegment.NULL;
    private float[] result = new float[0];
    private @Nullable AttentionBlock attention;
    private @Nullable KvLayout attentionLayout;
    private int attentionHeads;

    /** At least {@code size} floats with undefined values. */
    float[] left(int size) {
        if (left.length < size) {
            left = new float[size];
        }
        return left;
    }

    /** At least {@code floats} floats off the heap, from the start of a cache line on. */
    MemorySegment right(long floats) {
        if (right.byteSize() < 4 * floats) {
            right = Arena.ofAuto().allocate(4 * floats, 64);
        }
        return right;
    }

    /** At least {@code size} floats with undefined values. */
    float[] result(int size) {
        if (result.length < size) {
            result = new float[size];
        }
        return result;
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
