package dev.altiplano.kernels;

import dev.altiplano.kernels.internal.KernelSets;
import dev.altiplano.kernels.internal.Weights;

import java.util.Objects;

/** Reads rows of an embedding table. */
public final class Embedding {
    private Embedding() {}

    /**
     * Writes row {@code index} of the table, exactly, to {@code out[offset, offset + inputs)}. A
     * plain call, not a loop.
     *
     * @param table {@link Order#OUTPUT_MAJOR}: one output per token
     * @throws IllegalArgumentException if the table is stored input-major
     * @throws IndexOutOfBoundsException if there is no such row, or no room for it
     */
    public static void row(Matrix table, int index, float[] out, int offset) {
        if (table.order() != Order.OUTPUT_MAJOR) {
            throw new IllegalArgumentException("an embedding table is stored row by row");
        }
        Objects.checkIndex(index, table.outputs());
        Objects.checkFromIndexSize(offset, table.inputs(), out.length);
        if (table.scales() != null) { // rare, and one row a token
            for (int i = 0; i < table.inputs(); i++) {
                out[offset + i] = Weights.at(table, index, i);
            }
            return;
        }
        long start = index * table.rowBytes();
        KernelSets.BEST.decode(table.data(), table.dtype(), start, out, offset, table.inputs());
    }
}
