package dev.altiplano.bench;

import dev.altiplano.loader.VisionConfig;

/**
 * What an image tower has to compute.
 *
 * @param config shape of the tower
 * @param textWidth width of the text model, for which features are made
 */
public record TowerWork(VisionConfig config, int textWidth) {
    /**
     * Floating-point operations of a tile, two per multiplication and addition: linear maps and
     * attention; what norms and activations take is not counted.
     */
    public double operationsPerTile() {
        double tokens = config.patches() + 1;
        double hidden = config.hiddenSize();
        double width = config.mlpWidth();
        double adapter = config.adapterWidth();
        double layer = tokens * (4 * hidden * hidden + 2 * hidden * width);
        double attention = 2 * tokens * tokens * hidden; // every token sees every token
        double embedding = (double) config.patches() * config.patchWidth() * hidden;
        double features =
                config.tokensPerTile()
                        * (width * adapter + adapter * adapter + adapter * textWidth);
        return 2 * (config.layers() * (layer + attention) + embedding + features);
    }
}
