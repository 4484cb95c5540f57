package dev.altiplano.kernels;

import dev.altiplano.kernels.internal.KernelSet;
import dev.altiplano.kernels.internal.KernelSets;

import java.util.Arrays;

/**
 * Resizes pictures of three 8-bit channels: bilinear, antialiased, columns first, rounded to 8 bits
 * after each direction, as Pillow and PyTorch do. A direction of unchanged size is left out.
 *
 * <p>The old picture is read in strips of as many rows as two vectors have lanes, laid out column
 * by column; new rows collect their share of each strip, so that no picture between the two
 * directions is ever stored. Immutable: may be shared by threads.
 */
public final class PixelResize {
    private static final KernelSet KERNELS = KernelSets.BEST;
    private static final int CHANNELS = 3;

    /** Rows of a strip. */
    private static final int STRIP = 2 * KERNELS.lanes();

    /** New rows of an item; its first and last old rows are read for its neighbours, too. */
    private static final int BLOCK = 32;

    private final ResizeAxis columns;
    private final ResizeAxis rows;

    /**
     * Prepares the weights.
     *
     * @throws IllegalArgumentException if a size is below 1 or a picture has 2^31 bytes or more
     */
    public PixelResize(int width, int height, int newWidth, int newHeight) {
        requireSize(width, height);
        requireSize(newWidth, newHeight);
        columns = new ResizeAxis(width, newWidth);
        rows = new ResizeAxis(height, newHeight);
    }

    private static void requireSize(int width, int height) {
        if (width < 1 || height < 1 || (long) width * height > Integer.MAX_VALUE / CHANNELS) {
            throw new IllegalArgumentException(
                    "a picture of %d x %d pixels".formatted(width, height));
        }
    }

    /**
     * Loop over blocks of new rows.
     *
     * @param from {@code [height][width][3]}
     * @param to receives {@code [newHeight][newWidth][3]}, its rows {@code rowBytes} apart; not
     *     from
     * @throws IllegalArgumentException if a size does not fit
     */
    public void apply(Worker w, byte[] from, byte[] to, int rowBytes) {
        int newRow = columns.to * CHANNELS;
        if (from.length != (long) columns.from * rows.from * CHANNELS
                || rowBytes < newRow
                || to.length < (rows.to - 1L) * rowBytes + newRow) {
            throw new IllegalArgumentException(
                    "%d bytes to %d bytes in rows of %d, expected %d x %d to %d x %d pixels"
                            .formatted(
                                    from.length,
                                    to.length,
                                    rowBytes,
                                    columns.from,
                                    rows.from,
                                    columns.to,
                                    rows.to));
        }
        Strip strip = null;
        int blocks = (rows.to + BLOCK - 1) / BLOCK;
        for (int block; (block = w.next(blocks)) >= 0; ) {
            if (strip == null) {
                strip = new Strip(from);
            }
            int row = block * BLOCK;
            strip.resize(row, Math.min(BLOCK, rows.to - row), to, rowBytes);
        }
    }

    /** One worker's memory. */
    private final class Strip {
        private final byte[] from;
        private final int oldRow = columns.from * CHANNELS;
        private final int newRow = columns.to * CHANNELS;
        private final byte[] upright = new byte[columns.isIdentity() ? 0 : oldRow * STRIP];
        private final byte[] narrowed = new byte[columns.isIdentity() ? 0 : newRow * STRIP];
        private final int[] sums = new int[CHANNELS * STRIP];
        private final int[][] collected = new int[rows.isIdentity() ? 0 : BLOCK][newRow];

        Strip(byte[] from) {
            this.from = from;
        }

        void resize(int row, int count, byte[] to, int rowBytes) {
            for (int i = 0; i < count && !rows.isIdentity(); i++) {
                Arrays.fill(collected[i], rows.half());
            }
            int last = row + count - 1;
            int end = rows.isIdentity() ? row + count : rows.first[last] + rows.taps[last];
            int start = rows.isIdentity() ? row : rows.first[row];
            for (int y = start; y < end; y += STRIP) {
                int height = Math.min(STRIP, end - y);
                byte[] source = columns.isIdentity() ? from : narrowed;
                int at = columns.isIdentity() ? y * oldRow : 0;
                if (!columns.isIdentity()) {
                    narrow(y, height);
                }
                if (rows.isIdentity()) {
                    for (int r = 0; r < height; r++) {
                        System.arraycopy(source, at + r * newRow, to, (y + r) * rowBytes, newRow);
                    }
                } else {
                    collect(source, at, y, height, row, count);
                }
            }
            for (int i = 0; i < count && !rows.isIdentity(); i++) {
                round(collected[i], rows.shift, to, (row + i) * rowBytes);
            }
        }

        /** Resizes the rows of a strip, column by column. */
        private void narrow(int y, int height) {
            for (int x = 0; x < oldRow; x++) {
                int source = y * oldRow + x;
                for (int r = x * STRIP; r < x * STRIP + height; r++) {
                    upright[r] = from[source];
                    source += oldRow;
                }
            }
            for (int o = 0; o < columns.to; o++) {
                int first = columns.first[o] * CHANNELS * STRIP;
                KERNELS.weighColumns(
                        upright,
                        first,
                        columns.weights,
                        columns.at[o],
                        columns.taps[o],
                        columns.shift,
                        sums);
                for (int r = 0; r < height; r++) {
                    int at = r * newRow + o * CHANNELS;
                    narrowed[at] = (byte) sums[r];
                    narrowed[at + 1] = (byte) sums[STRIP + r];
                    narrowed[at + 2] = (byte) sums[2 * STRIP + r];
                }
            }
        }

        /** Adds what a strip gives to the new rows of a block. */
        private void collect(byte[] source, int at, int y, int height, int row, int count) {
            for (int i = 0; i < count; i++) {
                int first = rows.first[row + i];
                int begin = Math.max(first, y);
                int end = Math.min(first + rows.taps[row + i], y + height);
                int weight = rows.at[row + i] - first;
                int r = begin;
                for (; r + 4 <= end; r += 4) {
                    int from = at + (r - y) * newRow;
                    addFour(collected[i], source, from, newRow, rows.weights, weight + r);
                }
                for (; r < end; r++) {
                    add(collected[i], source, at + (r - y) * newRow, rows.weights[weight + r]);
                }
            }
        }
    }

    private static void add(int[] sums, byte[] row, int from, int weight) {
        for (int i = 0; i < sums.length; i++) {
            sums[i] += weight * (row[from + i] & 0xff);
        }
    }

    private static void addFour(
            int[] sums, byte[] rows, int from, int rowBytes, int[] weights, int at) {
        int w0 = weights[at];
        int w1 = weights[at + 1];
        int w2 = weights[at + 2];
        int w3 = weights[at + 3];
        int second = from + rowBytes;
        int third = second + rowBytes;
        int fourth = third + rowBytes;
        for (int i = 0; i < sums.length; i++) {
            sums[i] +=
                    w0 * (rows[from + i] & 0xff)
                            + w1 * (rows[second + i] & 0xff)
                            + w2 * (rows[third + i] & 0xff)
                            + w3 * (rows[fourth + i] & 0xff);
        }
    }

    private static void round(int[] sums, int shift, byte[] to, int at) {
        for (int i = 0; i < sums.length; i++) {
            to[at + i] = (byte) Math.min(255, sums[i] >> shift); // weights may sum to a bit more
        }
    }
}
