package dev.altiplano.kernels;

/** The activation of Llama 4's feed-forward layers: {@code silu(gate) * up}. */
public final class SwiGlu {
    private SwiGlu() {}

    /**
     * Loop. Computes {@code out[r, i] = g / (1 + e^-g) * u} with {@code g = gateUp[r, i]} and {@code u =
     * gateUp[r, F + i]}.
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
        for (int r; (r = w.next(out.count())) >= 0; ) {
            int gate = gateUp.offset(r);
            for (int i = 0; i < width; i++) {
                float g = gateUp.data()[gate + i];
                float silu = (float) (g / (1 + StrictMath.exp(-(double) g)));
                out.data()[out.offset(r) + i] = silu * gateUp.data()[gate + width + i];
            }
        }
    }
}
