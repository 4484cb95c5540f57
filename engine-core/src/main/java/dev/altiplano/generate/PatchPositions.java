package dev.altiplano.generate;

import java.util.List;

/**
 * Where a picture stands in a sequence.
 *
 * @param positions of the tokens that its features replace, in order
 * @param digest of what decides the features, {@link FeatureSource#digest}
 */
public record PatchPositions(List<Integer> positions, String digest) {
    /** Copies the positions. */
    public PatchPositions {
        positions = List.copyOf(positions);
    }
}
