package dev.altiplano.vision;

import dev.altiplano.kernels.Rows;
import dev.altiplano.loader.VisionConfig;

/**
 * Scratch of one pass of the tower over some tiles: activations, made for the pass and dropped
 * after it.
 */
final class TowerStep {
    /** Pixels of the patches {@code [tiles * patches, 3 * patch * patch]}. */
    final Rows patches;

    /** What the patch embedding makes of them {@code [tiles * patches, hidden]}. */
    final Rows embedded;

    /** Residual stream {@code [tiles * (patches + 1), hidden]}; a tile's class token comes last. */
    final Rows x;

    final Rows normed;
    final Rows q;
    final Rows k;
    final Rows v;
    final Rows attended;
    final Rows delta;

    /** Inside of the feed-forward block {@code [tiles * (patches + 1), mlpWidth]}. */
    final Rows wide;

    /** Squares of patches side by side {@code [tiles * tokens, mlpWidth]}. */
    final Rows shuffled;

    /** Inside of the adapter {@code [tiles * tokens, adapterWidth]}. */
    final Rows adapted;

    final Rows adaptedTwice;

    TowerStep(VisionConfig config, int tiles) {
        int patchRows = Math.multiplyExact(tiles, config.patches());
        int rows = Math.multiplyExact(tiles, config.patches() + 1);
        int tokens = tiles * config.tokensPerTile();
        int hidden = config.hiddenSize();
        patches = Rows.of(patchRows, config.patchWidth());
        embedded = Rows.of(patchRows, hidden);
        x = Rows.of(rows, hidden);
        normed = Rows.of(rows, hidden);
        q = Rows.of(rows, hidden);
        k = Rows.of(rows, hidden);
        v = Rows.of(rows, hidden);
        attended = Rows.of(rows, hidden);
        delta = Rows.of(rows, hidden);
        wide = Rows.of(rows, config.mlpWidth());
        shuffled = Rows.of(tokens, config.mlpWidth());
        adapted = Rows.of(tokens, config.adapterWidth());
        adaptedTwice = Rows.of(tokens, config.adapterWidth());
    }

    /** Floats of one tile, the copies included that multiplications lay out off the heap. */
    static long floats(VisionConfig config) {
        long rows = config.patches() + 1L;
        long streams = rows * (10L * config.hiddenSize() + 2L * config.mlpWidth());
        long embedding = config.patches() * (2L * config.patchWidth() + config.hiddenSize());
        long adapter =
                config.tokensPerTile() * (2L * config.mlpWidth() + 4L * config.adapterWidth());
        return streams + embedding + adapter;
    }
}
