package dev.altiplano;

import java.util.List;

/**
 * A picture as the image tower takes it.
 *
 * @param picture what was cut
 * @param high rows of tiles
 * @param wide columns of tiles
 * @param tileSize edge of a tile in pixels
 * @param pixelValues tile by tile, row by row, and when there is more than one tile the whole
 *     picture last; each {@code [3][tileSize][tileSize]}, red, green, blue
 */
public record ImageTiles(
        Size picture, int high, int wide, int tileSize, List<float[]> pixelValues) {
    /**
     * Pixels of a picture.
     *
     * @param width columns
     * @param height rows
     */
    public record Size(int width, int height) {}

    /** Copies the list. */
    public ImageTiles {
        pixelValues = List.copyOf(pixelValues);
    }
}
