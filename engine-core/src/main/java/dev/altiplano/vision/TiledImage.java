package dev.altiplano.vision;

import dev.altiplano.kernels.PixelResize;
import dev.altiplano.kernels.Workers;
import dev.altiplano.loader.ImageProcessing;
import dev.altiplano.loader.VisionConfig;
import dev.altiplano.vision.image.Pixels;

import java.util.function.Consumer;

/**
 * A picture as the tower takes it: tiles of 8-bit colours, row by row, the whole picture last; and
 * the number that stands for each colour.
 */
public final class TiledImage implements Tiles {
    private static final int LEVELS = 256;

    private final TileGrid grid;
    private final int size;
    private final Pixels canvas;
    private final Pixels whole;
    private final float[][] levels;

    private TiledImage(TileGrid grid, int size, Pixels canvas, Pixels whole, float[][] levels) {
        this.grid = grid;
        this.size = size;
        this.canvas = canvas;
        this.whole = whole;
        this.levels = levels;
    }

    /**
     * Resizes and cuts a picture.
     *
     * @param team runs a region on all workers
     */
    public static TiledImage of(
            Pixels picture, ImageProcessing processing, Consumer<Workers.Region> team) {
        TileGrid grid = TileGrid.of(picture.height(), picture.width(), processing);
        int size = processing.tileSize();
        Pixels canvas = blank(grid.wide() * size, grid.high() * size, picture.order());
        Pixels whole = grid.tiles() == 1 ? canvas : blank(size, size, picture.order());
        PixelResize toCanvas =
                new PixelResize(picture.width(), picture.height(), grid.width(), grid.height());
        PixelResize toTile = new PixelResize(picture.width(), picture.height(), size, size);
        team.accept(worker -> {
            int canvasRow = canvas.width() * Pixels.CHANNELS;
            toCanvas.apply(worker, picture.data(), canvas.data(), canvasRow);
            if (grid.tiles() > 1) {
                toTile.apply(worker, picture.data(), whole.data(), size * Pixels.CHANNELS);
            }
        });
        return new TiledImage(grid, size, canvas, whole, levels(processing));
    }

    private static Pixels blank(int width, int height, Pixels.Order order) {
        return new Pixels(width, height, new byte[width * height * Pixels.CHANNELS], order);
    }

    /**
     * The normalised value of each colour; each operation is rounded to BF16 as the reference does.
     */
    private static float[][] levels(ImageProcessing processing) {
        float[][] levels = new float[VisionConfig.CHANNELS][LEVELS];
        for (int c = 0; c < levels.length; c++) {
            float mean = bf16((float) (double) processing.mean().get(c));
            float deviation = bf16((float) (double) processing.deviation().get(c));
            for (int level = 0; level < LEVELS; level++) {
                float scaled = bf16(level * (float) processing.rescaleFactor());
                levels[c][level] = bf16(bf16(scaled - mean) / deviation);
            }
        }
        return levels;
    }

    /** Rounds to the nearest BF16 value, ties to even. */
    private static float bf16(float value) {
        int bits = Float.floatToRawIntBits(value);
        int rounded = bits + 0x7fff + (bits >>> 16 & 1);
        return Float.intBitsToFloat(rounded & 0xffff_0000);
    }

    /** Where the picture lies on its tiles. */
    public TileGrid grid() {
        return grid;
    }

    /** Tiles, that of the whole picture included, which comes last. */
    @Override
    public int tiles() {
        return grid.tiles();
    }

    @Override
    public void patch(int tile, int row, int column, int patchSize, float[] out, int at) {
        boolean onCanvas = tile < grid.high() * grid.wide();
        Pixels from = onCanvas ? canvas : whole;
        int top = (onCanvas ? tile / grid.wide() * size : 0) + row * patchSize;
        int left = (onCanvas ? tile % grid.wide() * size : 0) + column * patchSize;
        byte[] data = from.data();
        int to = at;
        for (int c = 0; c < VisionConfig.CHANNELS; c++) {
            float[] level = levels[c];
            for (int y = top; y < top + patchSize; y++) {
                int pixel = from.at(left, y) + from.order().offset(c);
                for (int x = 0; x < patchSize; x++) {
                    out[to++] = level[data[pixel] & 0xff];
                    pixel += Pixels.CHANNELS;
                }
            }
        }
    }

    /**
     * All numbers of a tile, as the reference's {@code pixel_values}.
     *
     * @return {@code [3][size][size]}
     */
    public float[] pixelValues(int tile) {
        float[] values = new float[VisionConfig.CHANNELS * size * size];
        patch(tile, 0, 0, size, values, 0);
        return values;
    }
}
