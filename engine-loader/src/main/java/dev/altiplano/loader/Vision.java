package dev.altiplano.loader;

/**
 * What a folder holds for pictures.
 *
 * @param config shape of the tower
 * @param weights valid until the checkpoint is closed
 * @param processing how pictures become tiles; its tile size is that of {@code config}
 * @param tokens what stands around and between the tiles
 */
public record Vision(
        VisionConfig config,
        VisionWeights weights,
        ImageProcessing processing,
        ImageTokens tokens) {}
