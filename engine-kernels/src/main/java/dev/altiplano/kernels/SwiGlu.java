package dev.altiplano.kernels;

import dev.altiplano.kernels.internal.KernelSet;
import dev.altiplano.kernels.internal.KernelSets;

/** The activation of Llama 4's feed-forward layers: {@code silu(gate) * up}. */
public final class SwiGlu {
    /** Elements per item: a few microseconds. */
    private static final int PIECE = 2048;

    private static final KernelSet KERNELS = KernelSets.BEST;

    private SwiGlu() {}

    /**
     * Loop. Computes {@code out[r, i] = g / (1 + e^-g) * u} with {@code g = gateUp[r, i]} and
     * {@code u = gateUp[r, F + i]}.
     *
     * @param gateUp {@code [n, 2F]}, the gate first
     * @param out {@code [n, F]}
     * @throws IllegalArgumentException if a size does not fit
     */
    public static void apply(Worker w, Rows gateUp, Rows out) {
        int width = out.width();
        if (gateUp.width() != 2 * width || gateUp.count() != out.count()) {
            throw new IllegalArgumentException(
                    "gate and up are [%d, %d], out is [%d, %d]"
                            .formatted(gateUp.count(), gateUp.width(), out.count(), width));
        }
        int pieces = (width + PIECE - 1) / PIECE;
        for (int item; (item = w.next(out.count() * pieces)) >= 0; ) {
            int r = item / pieces;
            int from = item % pieces * PIECE;
            int gate = gateUp.offset(r) + from;
            int count = Math.min(PIECE, width - from);
            KERNELS.swiGlu(
                    gateUp.data(), gate, gate + width, out.data(), out.offset(r) + from, count);
        }
    }
}
