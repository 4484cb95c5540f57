package dev.altiplano.vision;

import dev.altiplano.loader.ImageProcessing;

/**
 * How a picture is laid on tiles: the canvas, and the size it is brought to on it.
 *
 * <p>Source: {@code get_best_fit} and {@code get_max_res_without_distortion} in {@code
 * image_processing_llama4_fast.py} of Hugging Face transformers; what is FP32 there is FP32 here,
 * because it moves the size of some pictures by a pixel.
 *
 * @param high rows of tiles
 * @param wide columns of tiles
 * @param height rows of pixels that the picture takes on the canvas
 * @param width columns of pixels
 */
public record TileGrid(int high, int wide, int height, int width) {
    /** Tiles, the one of the whole picture included, which a picture of one tile does not have. */
    public int tiles() {
        return high * wide == 1 ? 1 : high * wide + 1;
    }

    /** The grid for a picture of {@code height} times {@code width} pixels. */
    public static TileGrid of(int height, int width, ImageProcessing processing) {
        int tile = processing.tileSize();
        TileGrid canvas = canvas(height, width, processing);
        Side high = Side.of(height, canvas.height, processing);
        Side wide = Side.of(width, canvas.width, processing);
        boolean single = high.single || wide.single;
        boolean widthDecides =
                single ? (float) wide.scale < (float) high.scale : wide.scale < high.scale;
        int newHeight = widthDecides ? wide.applied(height, high.target) : high.target;
        int newWidth = widthDecides ? wide.target : high.applied(width, wide.target);
        return new TileGrid(
                canvas.height / tile,
                canvas.width / tile,
                Math.max(1, newHeight),
                Math.max(1, newWidth));
    }

    /**
     * The smallest enlargement that a canvas allows, else the least reduction; of canvases with the
     * same scale the smallest.
     */
    private static TileGrid canvas(int height, int width, ImageProcessing processing) {
        int most = processing.maxTiles();
        int tile = processing.tileSize();
        TileGrid best = new TileGrid(1, 1, tile, tile);
        float bestScale = best.scale(height, width);
        for (int high = 1; high <= most; high++) {
            for (int wide = 1; high * wide <= most; wide++) {
                TileGrid canvas = new TileGrid(high, wide, high * tile, wide * tile);
                float scale = canvas.scale(height, width);
                boolean better = isBetter(scale, bestScale, processing.resizeToMaxCanvas());
                boolean smaller = scale == bestScale && high * wide < best.high * best.wide;
                if (better || smaller) {
                    best = canvas;
                    bestScale = scale;
                }
            }
        }
        return best;
    }

    private float scale(int pictureHeight, int pictureWidth) {
        return Math.min((float) height / pictureHeight, (float) width / pictureWidth);
    }

    private static boolean isBetter(float scale, float best, boolean largest) {
        if (scale >= 1 != best >= 1) {
            return scale >= 1;
        }
        return scale < 1 || largest ? scale > best : scale < best;
    }

    /**
     * One direction: what it is brought to if it decides, and by what factor.
     *
     * @param single whether the reference has the factor in FP32
     */
    private record Side(int target, double scale, boolean single) {
        /** Never enlarged past one tile; on the largest canvas as far as it goes. */
        static Side of(int size, int canvas, ImageProcessing processing) {
            int wanted = Math.max(size, processing.tileSize());
            boolean single = processing.resizeToMaxCanvas() || canvas < wanted;
            int target = single ? canvas : wanted;
            return new Side(
                    target, single ? (float) target / size : (double) target / size, single);
        }

        /** The other direction with this one's factor. */
        int applied(int size, int most) {
            double scaled = single ? size * (float) scale : size * scale;
            return (int) Math.min(Math.floor(scaled), most);
        }
    }
}
