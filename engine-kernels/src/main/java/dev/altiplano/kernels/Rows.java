package dev.altiplano.kernels;

import java.lang.foreign.MemorySegment;

/**
 * FP32 activations {@code [count, width]}, row after row on the heap; room for {@link #capacity()}
 * rows.
 */
public final class Rows {
    private final float[] data;
    private final int start;
    private final int width;
    private final int capacity;
    private final boolean block;
    private final Packing packing;
    private int count;

    private Rows(float[] data, int start, int width, int capacity, boolean block, Packing packing) {
        this.data = data;
        this.start = start;
        this.width = width;
        this.capacity = capacity;
        this.block = block;
        this.packing = packing;
        this.count = capacity;
    }

    /**
     * Room for {@code capacity} rows, all of them in use, all zero.
     *
     * <p>Among up to {@link KernelInfo#fewRows} rows in use, each gets the same bits in
     * multiplications as alone.
     *
     * @throws IllegalArgumentException if a size is below 1 or the product is 2^31 or more
     */
    public static Rows of(int capacity, int width) {
        return of(capacity, width, false);
    }

    /**
     * As {@link #of}, for a block of a prompt: also few rows are multiplied the fastest way, so
     * that last bits depend on how many are in use.
     *
     * @throws IllegalArgumentException as there
     */
    public static Rows ofBlock(int capacity, int width) {
        return of(capacity, width, true);
    }

    private static Rows of(int capacity, int width, boolean block) {
        if (capacity < 1 || width < 1 || (long) capacity * width > Integer.MAX_VALUE - 128) {
            throw new IllegalArgumentException(
                    "cannot hold %d rows of %d floats".formatted(capacity, width));
        }
        return new Rows(new float[capacity * width], 0, width, capacity, block, new Packing());
    }

    /** A view of {@code count} rows from {@code from} on; both share their floats. */
    public Rows part(int from, int count) {
        if (from < 0 || count < 0 || from + count > capacity) {
            throw new IndexOutOfBoundsException(
                    "rows %d to %d of %d".formatted(from, (long) from + count, capacity));
        }
        return new Rows(data, start + from * width, width, count, block, packing);
    }

    /** Uses the first {@code count} rows from now on. */
    public void resize(int count) {
        if (count < 0 || count > capacity) {
            throw new IndexOutOfBoundsException("%d rows of %d".formatted(count, capacity));
        }
        this.count = count;
    }

    /** The floats; row {@code r} starts at {@link #offset}. */
    public float[] data() {
        return data;
    }

    /**
     * A second copy of the floats, off the heap, in the order that the multiplications of several
     * rows read: see {@link MatMat#pack}. The panel of the rows from {@code row} on starts at float
     * {@link #offset}, too.
     */
    MemorySegment packed() {
        return packing.floats(data.length);
    }

    /** Off-heap bytes of the second copy; 0 as long as none was needed. */
    public long packedBytes() {
        return packing.floats.byteSize();
    }

    /** Index of the first float of {@code row}. */
    public int offset(int row) {
        return start + row * width;
    }

    /** Rows in use. */
    public int count() {
        return count;
    }

    /** Whether these are rows {@link #ofBlock}. */
    boolean isBlock() {
        return block;
    }

    /** Rows there is room for. */
    public int capacity() {
        return capacity;
    }

    /** Floats per row. */
    public int width() {
        return width;
    }

    /** The packed copy, shared by all views of the same floats and made when it is first needed. */
    private static final class Packing {
        /** A vector that starts at the last float may reach this far behind it. */
        private static final int SLACK = 64;

        private volatile MemorySegment floats = MemorySegment.NULL;

        MemorySegment floats(int size) {
            MemorySegment made = floats;
            return made.byteSize() > 0 ? made : make(size);
        }

        private synchronized MemorySegment make(int size) {
            if (floats.byteSize() == 0) {
                floats = Scratch.allocate(size + SLACK);
            }
            return floats;
        }
    }
}
