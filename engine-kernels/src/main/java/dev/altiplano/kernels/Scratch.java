package dev.altiplano.kernels;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import dev.altiplano.kernels.internal.DotOperands;
import dev.altiplano.kernels.internal.KernelSets;
import dev.altiplano.kernels.internal.SumOperands;
import dev.altiplano.kernels.internal.TileOperands;

import org.jspecify.annotations.Nullable;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/** Memory of one worker that operations use between two calls of {@link Worker#next}. */
final class Scratch {
    /** Operands of the register tiles. */
    final TileOperands tile = new TileOperands();

    /** Takes what is read for the caches' sake alone, so that the reading is not left out. */
    int touched;

    private final SumOperands sums = new SumOperands();
    private float[] floats = {};
    private float[] chains = {};
    private DotOperands[][] dots = {};
    private int dotInputs;
    private MemorySegment scores = MemorySegment.NULL;
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

    /** Room for sums that go on: at least {@code count} floats. */
    float[] chains(int count) {
        if (chains.length < count) {
            chains = new float[count];
        }
        return chains;
    }

    /** Operands of dot products for {@code groups} groups of rows of activations; made once. */
    DotOperands[] dots(int inputs, int groups) {
        if (inputs > dotInputs || groups >= dots.length) {
            makeDots(inputs, groups, KernelSets.BEST.dotRows());
        }
        return dots[groups];
    }

    /** One list for each number of groups, all of the same objects. */
    private void makeDots(int inputs, int groups, int group) {
        int most = Math.max(groups, dots.length - 1);
        dotInputs = Math.max(inputs, dotInputs);
        DotOperands[] all = new DotOperands[most];
        MemorySegment decoded = allocate(DotOperands.DECODED * (long) dotInputs);
        for (int i = 0; i < most; i++) {
            all[i] = new DotOperands();
            all[i].arranged = allocate((long) group * (dotInputs + dotInputs / 8));
            all[i].decoded = decoded;
        }
        dots = new DotOperands[most + 1][];
        for (int i = 0; i <= most; i++) {
            dots[i] = Arrays.copyOf(all, i);
        }
    }

    /** Operands of sums over {@code columns} columns with {@code rows} rows of factors. */
    SumOperands sums(int columns, int rows) {
        sums.x = floats(rows * TileOperands.STRIDE);
        sums.sums = result((long) rows * columns);
        sums.rows = rows;
        sums.step = 4L * columns;
        return sums;
    }

    /** Room for the scores of {@link FullAttention}: at least {@code count} floats. */
    MemorySegment scores(long count) {
        scores = atLeast(count, scores);
        return scores;
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

    /** Off-heap bytes that are held now. */
    long bytes() {
        long bytes = scores.byteSize() + right.byteSize() + result.byteSize();
        if (dots.length > 1) {
            DotOperands[] most = dots[dots.length - 1];
            bytes += most[0].decoded.byteSize();
            for (DotOperands operands : most) {
                bytes += operands.arranged.byteSize();
            }
        }
        return attention == null ? bytes : bytes + attention.bytes();
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
