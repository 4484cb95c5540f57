package dev.altiplano.kernels;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.nio.ByteOrder.LITTLE_ENDIAN;

import dev.altiplano.kernels.internal.TileOperands;

import org.jspecify.annotations.Nullable;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Objects;

/**
 * How keys and values lie in a page of {@link #PAGE} positions.
 *
 * <p>For each KV head first the keys, {@code [PAGE / 16][headDim][16 positions]}, then the values,
 * {@code [headDim / 16 rounded up][PAGE][16 elements]}: whatever the kernels read side by side lies
 * side by side. FP8 has scales behind them, {@code [PAGE]} for keys, {@code [PAGE]} for values,
 * each FP32. The layout is the same on every machine.
 */
public final class KvLayout {
    /** Positions per page. */
    public static final int PAGE = 256;

    /** Positions of a unit of keys, elements of a unit of values. */
    static final int UNIT = 16;

    private static final ValueLayout.OfShort SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(LITTLE_ENDIAN);
    private static final ValueLayout.OfFloat FLOAT =
            ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(LITTLE_ENDIAN);

    private final int kvHeads;
    private final int headDim;
    private final KvType type;

    /**
     * Describes pages of one layer.
     *
     * @param headDim elements per head, 1 to 512
     * @throws IllegalArgumentException if a size is out of range
     */
    public KvLayout(int kvHeads, int headDim, KvType type) {
        if (kvHeads < 1 || headDim < 1 || headDim > TileOperands.STRIDE) {
            throw new IllegalArgumentException(
                    "%d KV heads of %d elements, expected at least 1 head of 1 to %d"
                            .formatted(kvHeads, headDim, TileOperands.STRIDE));
        }
        this.kvHeads = kvHeads;
        this.headDim = headDim;
        this.type = type;
    }

    /** KV heads per position. */
    public int kvHeads() {
        return kvHeads;
    }

    /** Elements per head. */
    public int headDim() {
        return headDim;
    }

    /** Type of a cached element. */
    public KvType type() {
        return type;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof KvLayout layout
                && kvHeads == layout.kvHeads
                && headDim == layout.headDim
                && type == layout.type;
    }

    @Override
    public int hashCode() {
        return Objects.hash(kvHeads, headDim, type);
    }

    /** Bytes of a page: keys and values of {@link #PAGE} positions, all KV heads. */
    public long pageBytes() {
        return kvHeads * headBytes();
    }

    /** Pages that hold so many positions. */
    public static long pagesFor(long positions) {
        return (positions + PAGE - 1) / PAGE;
    }

    /**
     * Copies the keys and values of the first {@code slots} slots of a page; what lies behind them
     * is cleared, so that a copy never holds what another sequence left there.
     */
    public void copy(MemorySegment from, MemorySegment to, int slots) {
        Objects.checkIndex(slots, PAGE + 1);
        to.asSlice(0, pageBytes()).fill((byte) 0);
        for (int head = 0; head < kvHeads; head++) {
            copyKeys(from, to, head, slots);
            for (int d = 0; d < headDim; d += UNIT) {
                long at = value(head, 0, d);
                MemorySegment.copy(from, at, to, at, (long) slots * UNIT * type.bytes());
            }
            if (type.isScaled()) {
                copyScales(from, keyScale(head, 0), to, slots);
                copyScales(from, valueScale(head, 0), to, slots);
            }
        }
    }

    private static void copyScales(MemorySegment from, long at, MemorySegment to, int slots) {
        MemorySegment.copy(from, at, to, at, (long) slots * Float.BYTES);
    }

    private void copyKeys(MemorySegment from, MemorySegment to, int head, int slots) {
        int whole = slots / UNIT * UNIT;
        long at = key(head, 0, 0);
        MemorySegment.copy(from, at, to, at, (long) whole * headDim * type.bytes());
        for (int d = 0; d < headDim && whole < slots; d++) {
            long row = key(head, whole, d);
            MemorySegment.copy(from, row, to, row, (long) (slots - whole) * type.bytes());
        }
    }

    /** Bytes of one head's keys and values in a page. */
    long headBytes() {
        return codeBytes() + (type.isScaled() ? 2L * PAGE * Float.BYTES : 0);
    }

    private long codeBytes() {
        return (long) PAGE * (headDim + strips() * UNIT) * type.bytes();
    }

    /** Byte offset of the scale of the key at a slot, if there are scales. */
    long keyScale(int head, int slot) {
        return head * headBytes() + codeBytes() + (long) slot * Float.BYTES;
    }

    /** Byte offset of the scale of the value at a slot, if there are scales. */
    long valueScale(int head, int slot) {
        return keyScale(head, PAGE + slot);
    }

    private int strips() {
        return (headDim + UNIT - 1) / UNIT;
    }

    /** Byte offset of element {@code d} of the key at a slot of the page. */
    long key(int head, int slot, int d) {
        long element = ((long) (slot / UNIT) * headDim + d) * UNIT + slot % UNIT;
        return head * headBytes() + element * type.bytes();
    }

    /** Byte offset of element {@code d} of the value at a slot of the page. */
    long value(int head, int slot, int d) {
        long element = (long) PAGE * headDim + ((long) (d / UNIT) * PAGE + slot) * UNIT + d % UNIT;
        return head * headBytes() + element * type.bytes();
    }

    /**
     * Loop. Writes row r of keys and values to slot {@code pages.filled() + r}; await before they
     * are read.
     *
     * @param k {@code [n, kvHeads * headDim]}
     * @param v as k
     * @throws IllegalArgumentException if a size does not fit, or the pages do not hold so many
     *     slots
     */
    public void store(Worker w, KvPages pages, Rows k, Rows v) {
        int width = kvHeads * headDim;
        if (k.width() != width || v.width() != width || k.count() != v.count()) {
            throw new IllegalArgumentException(
                    "k is [%d, %d], v is [%d, %d], expected %d KV heads of %d elements"
                            .formatted(
                                    k.count(), k.width(), v.count(), v.width(), kvHeads, headDim));
        }
        int first = pages.filled();
        requireRoom(pages, (long) first + k.count());
        int units = (first + k.count() - 1) / UNIT - first / UNIT + 1;
        // by units: two workers in one of them would fight for its cache lines
        for (int unit; (unit = w.next(units)) >= 0; ) {
            int start = (first / UNIT + unit) * UNIT;
            int from = Math.max(start, first);
            int to = Math.min(start + UNIT, first + k.count());
            for (int h = 0; h < kvHeads; h++) {
                if (type.isScaled()) {
                    storeScaled(pages.page(start / PAGE), k, v, h, from, to, from - first);
                } else {
                    storeKeys(pages.page(start / PAGE), k, h, from, to, from - first);
                    storeValues(pages.page(start / PAGE), v, h, from, to, from - first);
                }
            }
        }
    }

    private void storeScaled(
            MemorySegment page, Rows k, Rows v, int head, int from, int to, int row) {
        for (int i = 0; i < to - from; i++) {
            int slot = (from + i) % PAGE;
            int at = k.offset(row + i) + head * headDim;
            float scale = scale(k.data(), at);
            page.set(FLOAT, keyScale(head, slot), scale);
            for (int d = 0; d < headDim; d++) {
                page.set(JAVA_BYTE, key(head, slot, d), code(k.data()[at + d], scale));
            }
            at = v.offset(row + i) + head * headDim;
            scale = scale(v.data(), at);
            page.set(FLOAT, valueScale(head, slot), scale);
            for (int d = 0; d < headDim; d++) {
                page.set(JAVA_BYTE, value(head, slot, d), code(v.data()[at + d], scale));
            }
        }
    }

    /** What a code of 1 is worth: the largest element gets the largest code. */
    private float scale(float[] x, int at) {
        float largest = 0;
        for (int d = 0; d < headDim; d++) {
            largest = Math.max(largest, Math.abs(x[at + d])); // NaN stays
        }
        return largest / E4m3.LARGEST;
    }

    /** Division is exact enough for the largest element to become the largest code. */
    private static byte code(float value, float scale) {
        return scale == 0 ? 0 : E4m3.of(value / scale);
    }

    private void storeKeys(MemorySegment page, Rows k, int head, int from, int to, int row) {
        for (int d = 0; d < headDim; d++) {
            long offset = key(head, from % PAGE, d);
            for (int i = 0; i < to - from; i++) {
                float value = k.data()[k.offset(row + i) + head * headDim + d];
                put(page, offset + (long) i * type.bytes(), value);
            }
        }
    }

    private void storeValues(MemorySegment page, Rows v, int head, int from, int to, int row) {
        for (int i = 0; i < to - from; i++) {
            int at = v.offset(row + i) + head * headDim;
            for (int d = 0; d < headDim; d++) {
                put(page, value(head, (from + i) % PAGE, d), v.data()[at + d]);
            }
        }
    }

    void requireRoom(KvPages pages, long slots) {
        if (slots > (long) pages.pages() * PAGE) {
            throw new IllegalArgumentException(
                    "%d slots in %d pages of %d".formatted(slots, pages.pages(), PAGE));
        }
    }

    private void put(MemorySegment page, long offset, float value) {
        switch (type) {
            case F32 -> page.set(FLOAT, offset, value);
            case BF16 -> page.set(SHORT, offset, bf16(value));
            case FP8 -> throw new IllegalStateException("FP8 is stored with scales");
        }
    }

    /** Rounds to nearest even; NaN stays NaN. */
    static short bf16(float value) {
        int bits =
                Float.floatToIntBits(value); // one NaN pattern, which keeps a bit in the upper half
        return (short)
                (Float.isNaN(value) ? bits >>> 16 : bits + 0x7FFF + (bits >>> 16 & 1) >>> 16);
    }
}
