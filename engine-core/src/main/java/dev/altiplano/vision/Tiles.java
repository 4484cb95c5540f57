package dev.altiplano.vision;

/** What the tower looks at: square tiles of normalised numbers. */
public interface Tiles {
    /** How many, at least 1. */
    int tiles();

    /**
     * Copies a patch: channel by channel, row by row.
     *
     * @param tile from 0
     * @param row row of patches in the tile
     * @param column column of patches
     * @param patchSize edge in pixels
     * @param out receives {@code [3][patchSize][patchSize]} from {@code at} on
     */
    void patch(int tile, int row, int column, int patchSize, float[] out, int at);
}
