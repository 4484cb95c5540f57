package dev.altiplano;

import dev.altiplano.generate.FeatureSource;
import dev.altiplano.vision.TileGrid;

/**
 * A picture that was decoded and cut into tiles, ready for the tower.
 *
 * @param name for messages
 * @param grid where it lies on its tiles
 * @param patches tokens that its features replace
 * @param features makes them
 */
record Picture(String name, TileGrid grid, int patches, FeatureSource features) {}
