package dev.altiplano.generate;

/**
 * Where a picture stands in a sequence.
 *
 * @param positions of the tokens that its features replace, in order
 * @param digest of what decides the features, {@link FeatureSource#digest}
 */
public record PatchPositions(int[] positions, String digest) {}
