package dev.altiplano.kernels;

import dev.altiplano.kernels.internal.KernelSet;
import dev.altiplano.kernels.internal.KernelSets;

/**
 * Rotary position encoding on a square grid, of interleaved pairs: the pairs in the first half of a
 * head turn by {@code (column + 1) * frequency}, those in the second by {@code (row + 1) *
 * frequency}; one more token behind the grid does not turn at all. Immutable: may be shared by
 * threads.
 *
 * <p>Source: {@code Llama4VisionRotaryEmbedding} in Hugging Face transformers.
 */
public final class GridRope {
    private static final KernelSet KERNELS = KernelSets.BEST;

    private final int tokens;
    private final int headDim;
    private final float[] cos;
    private final float[] sin;

    /**
     * Computes the tables of all tokens.
     *
     * @param frequencies radians per column or row of each pair, {@code [headDim / 4]}
     * @param edge columns and rows of the grid, at least 1
     */
    public GridRope(float[] frequencies, int edge) {
        if (frequencies.length < 1 || edge < 1) {
            throw new IllegalArgumentException(
                    "%d frequencies, an edge of %d".formatted(frequencies.length, edge));
        }
        tokens = Math.addExact(Math.multiplyExact(edge, edge), 1);
        headDim = 4 * frequencies.length;
        cos = new float[Math.multiplyExact(tokens, headDim)];
        sin = new float[cos.length];
        for (int token = 0; token < tokens; token++) {
            boolean onGrid = token < tokens - 1;
            for (int i = 0; i < frequencies.length; i++) {
                float column = onGrid ? (token % edge + 1) * frequencies[i] : 0;
                float row = onGrid ? (token / edge + 1) * frequencies[i] : 0;
                int pair = token * headDim + 2 * i;
                put(pair, column);
                put(pair + headDim / 2, row);
            }
        }
    }

    private void put(int pair, double angle) {
        float c = (float) StrictMath.cos(angle);
        float s = (float) StrictMath.sin(angle);
        cos[pair] = c;
        cos[pair + 1] = c;
        sin[pair] = -s;
        sin[pair + 1] = s;
    }

    /** Tokens of a block: those of the grid and the one behind it. */
    public int tokens() {
        return tokens;
    }

    /**
     * Loop over rows. Rotates all heads of each row, in place; every {@link #tokens} rows are a
     * block.
     *
     * @throws IllegalArgumentException if x is no number of heads wide
     */
    public void rotate(Worker w, Rows x) {
        if (x.width() % headDim != 0) {
            throw new IllegalArgumentException(
                    "a row of %d elements is not a number of heads of %d"
                            .formatted(x.width(), headDim));
        }
        for (int r; (r = w.next(x.count())) >= 0; ) {
            int table = r % tokens * headDim;
            for (int h = x.offset(r); h < x.offset(r) + x.width(); h += headDim) {
                KERNELS.rotate(x.data(), h, headDim, cos, sin, table);
            }
        }
    }
}
