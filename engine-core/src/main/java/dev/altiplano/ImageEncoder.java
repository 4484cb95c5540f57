package dev.altiplano;

import dev.altiplano.generate.FeatureSource;
import dev.altiplano.kernels.Rows;
import dev.altiplano.kernels.Workers;
import dev.altiplano.loader.Vision;
import dev.altiplano.loader.VisionConfig;
import dev.altiplano.vision.FeatureCache;
import dev.altiplano.vision.GivenTiles;
import dev.altiplano.vision.ImageTower;
import dev.altiplano.vision.TiledImage;
import dev.altiplano.vision.TowerObserver;
import dev.altiplano.vision.image.Pixels;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * What a model with an image tower does with pictures, step by step: for those who want tiles or
 * features, not answers. Shared by all threads; lives as long as its model.
 */
public final class ImageEncoder {
    private final Vision vision;
    private final ImageTower tower;
    private final ImageLimits limits;
    private final FeatureCache cache;
    private final Consumer<Workers.Region> team;
    private final Runnable check;

    /**
     * @param team runs regions on the model's workers
     * @param check refuses use after the model was closed
     */
    ImageEncoder(
            Vision vision, ModelOptions options, Consumer<Workers.Region> team, Runnable check) {
        this.vision = vision;
        this.tower = new ImageTower(vision);
        this.limits = options.imageLimits();
        this.cache = new FeatureCache(options.imageCacheBytes());
        this.team = team;
        this.check = check;
    }

    /**
     * Cuts a picture into tiles.
     *
     * @throws IllegalArgumentException if it cannot be read, is no picture, damaged, of a kind that
     *     is not supported, or too large
     */
    public ImageTiles tiles(Image image) {
        check.run();
        Pixels pixels = image.decode(limits).pixels();
        TiledImage tiled = TiledImage.of(pixels, vision.processing(), team);
        List<float[]> values = new ArrayList<>();
        for (int tile = 0; tile < tiled.tiles(); tile++) {
            values.add(tiled.pixelValues(tile));
        }
        return new ImageTiles(
                new ImageTiles.Size(pixels.width(), pixels.height()),
                tiled.grid().high(),
                tiled.grid().wide(),
                vision.config().tileSize(),
                values);
    }

    /**
     * Looks at a picture, or remembers what was seen of it.
     *
     * @return one row for each patch token, tile by tile; as wide as the text model
     * @throws IllegalArgumentException as {@link #tiles}
     * @throws InsufficientMemoryException if the tower's scratch cannot fit
     */
    public List<float[]> features(Image image) {
        check.run();
        requireMemory();
        return copies(prepare(image).features().features(null));
    }

    /**
     * Looks at tiles that were cut before, by {@link #tiles} or elsewhere; nothing is remembered.
     *
     * @return as {@link #features(Image)}
     * @throws IllegalArgumentException if there are none, or a tile has another size than the
     *     tower's
     */
    public List<float[]> features(ImageTiles tiles) {
        check.run();
        requireMemory();
        int size = vision.config().tileSize();
        if (tiles.tileSize() != size) {
            throw new IllegalArgumentException(
                    "tiles of %d pixels, expected %d".formatted(tiles.tileSize(), size));
        }
        GivenTiles given = new GivenTiles(size, tiles.pixelValues());
        return copies(tower.encode(given, new ImageTower.Run(team, null, null)));
    }

    private static List<float[]> copies(Rows features) {
        List<float[]> rows = new ArrayList<>();
        for (int r = 0; r < features.count(); r++) {
            rows.add(copy(features, r));
        }
        return rows;
    }

    /** Shows what every layer of the tower computes for a picture; slow, and never remembered. */
    public void trace(Image image, ImageTraceConsumer consumer) {
        check.run();
        requireMemory();
        int tokens = vision.config().patches() + 1;
        TowerObserver observer =
                (layer, firstTile, x) -> {
                    for (int r = 0; r < x.count(); r++) {
                        consumer.hidden(layer, firstTile + r / tokens, r % tokens, copy(x, r));
                    }
                };
        tower.encode(tiled(image.decode(limits)), new ImageTower.Run(team, observer, null));
    }

    private static float[] copy(Rows rows, int row) {
        float[] copy = new float[rows.width()];
        System.arraycopy(rows.data(), rows.offset(row), copy, 0, copy.length);
        return copy;
    }

    /** Shape of the tower. */
    public VisionConfig config() {
        return vision.config();
    }

    /** Tokens that one tile takes in a prompt. */
    public int tokensPerTile() {
        return vision.config().tokensPerTile();
    }

    /** Id of the tokens that features replace. */
    public int patchTokenId() {
        return vision.config().patchTokenId();
    }

    /** Bytes of the features that are remembered. */
    public long cachedBytes() {
        return cache.bytes();
    }

    Vision vision() {
        return vision;
    }

    void requireCount(long count) {
        if (count > limits.pictures()) {
            throw new IllegalArgumentException(
                    "%d pictures in one request, expected at most %d"
                            .formatted(count, limits.pictures()));
        }
    }

    /** Decodes pictures and cuts them into tiles; features are made later. */
    List<Picture> prepare(List<Image> images) {
        check.run();
        requireMemory();
        List<Picture> pictures = new ArrayList<>();
        for (Image image : images) {
            pictures.add(prepare(image));
        }
        return pictures;
    }

    private Picture prepare(Image image) {
        Image.Decoded decoded = image.decode(limits);
        TiledImage tiled = tiled(decoded);
        return new Picture(
                image.toString(),
                tiled.grid(),
                tiled.tiles() * tokensPerTile(),
                new Source(decoded.digest(), tiled));
    }

    /** A picture on tiles, on its way to features. */
    private final class Source implements FeatureSource {
        private final String digest;
        private final TiledImage tiled;

        Source(String digest, TiledImage tiled) {
            this.digest = digest;
            this.tiled = tiled;
        }

        @Override
        public Rows features(@Nullable BooleanSupplier cancel) {
            ImageTower.Run run = new ImageTower.Run(team, null, cancel);
            return cache.get(digest, cancel, () -> tower.encode(tiled, run));
        }

        @Override
        public String digest() {
            return digest;
        }
    }

    private TiledImage tiled(Image.Decoded decoded) {
        return TiledImage.of(decoded.pixels(), vision.processing(), team);
    }

    private void requireMemory() {
        VisionConfig config = vision.config();
        long needed = ImageTower.scratchBytes(config, 1);
        if (needed > Runtime.getRuntime().maxMemory()) {
            throw new InsufficientMemoryException(
                    "looking at a tile needs %d bytes of scratch, expected at most %d of heap"
                            .formatted(needed, Runtime.getRuntime().maxMemory()));
        }
    }
}
