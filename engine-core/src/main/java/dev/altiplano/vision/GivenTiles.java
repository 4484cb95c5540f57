package dev.altiplano.vision;

import dev.altiplano.loader.VisionConfig;

import java.util.List;

/**
 * Tiles whose numbers were computed before.
 *
 * @param size edge in pixels
 * @param values of each tile, {@code [3][size][size]}
 */
public record GivenTiles(int size, List<float[]> values) implements Tiles {
    /** Copies the list, and checks that every tile is full. */
    public GivenTiles {
        values = List.copyOf(values);
        if (values.isEmpty()) {
            throw new IllegalArgumentException("no tiles, expected at least one");
        }
        for (int tile = 0; tile < values.size(); tile++) {
            requireTile(tile, size, values.get(tile));
        }
    }

    private static void requireTile(int tile, int size, float[] values) {
        int expected = VisionConfig.CHANNELS * size * size;
        if (values.length != expected) {
            throw new IllegalArgumentException(
                    "tile %d has %d numbers, expected 3 * %d * %d"
                            .formatted(tile, values.length, size, size));
        }
        for (int i = 0; i < expected; i++) {
            if (!Float.isFinite(values[i])) {
                throw new IllegalArgumentException(
                        "number %d of tile %d is %s, expected a finite one"
                                .formatted(i, tile, values[i]));
            }
        }
    }

    @Override
    public int tiles() {
        return values.size();
    }

    @Override
    public void patch(int tile, int row, int column, int patchSize, float[] out, int at) {
        float[] from = values.get(tile);
        int to = at;
        for (int c = 0; c < VisionConfig.CHANNELS; c++) {
            for (int y = row * patchSize; y < (row + 1) * patchSize; y++) {
                int start = (c * size + y) * size + column * patchSize;
                System.arraycopy(from, start, out, to, patchSize);
                to += patchSize;
            }
        }
    }
}
