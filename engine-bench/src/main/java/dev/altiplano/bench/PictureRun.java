package dev.altiplano.bench;

import dev.altiplano.Content;
import dev.altiplano.Image;
import dev.altiplano.ImageEncoder;
import dev.altiplano.ImageTiles;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.Iterator;
import java.util.Optional;
import java.util.function.Consumer;

import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;
import javax.imageio.stream.MemoryCacheImageInputStream;

/**
 * How fast a picture becomes tiles, and tiles become features.
 *
 * @param repeats measurements of each, at least 1
 * @param warmUp how long each quantity is warmed up at least, in at least one run
 */
public record PictureRun(int repeats, Duration warmUp) {
    private static final double MILLION = 1e6;

    /** Checks the numbers. */
    public PictureRun {
        if (repeats < 1) {
            throw new IllegalArgumentException("%d repeats, expected 1 or more".formatted(repeats));
        }
        if (warmUp.isNegative()) {
            throw new IllegalArgumentException(
                    "warming up takes %d ms, expected 0 or more".formatted(warmUp.toMillis()));
        }
    }

    /**
     * What was found.
     *
     * @param picture its size
     * @param tiles that were cut, the one of the whole picture included
     * @param preprocessing seconds from the bytes of a file to the numbers of all tiles
     * @param decoding seconds that the JDK's decoder alone takes for the file; empty when it has
     *     none for this kind
     * @param tower seconds from the numbers of a tile to its features, adapter and projector
     *     included; several tiles go together
     * @param limits what the machine could do in between
     */
    public record Outcome(
            ImageTiles.Size picture,
            int tiles,
            Spread preprocessing,
            Optional<Spread> decoding,
            Spread tower,
            Limits limits) {
        /** Pixels of the picture in millions. */
        public double megapixels() {
            return (double) picture.width() * picture.height() / MILLION;
        }

        /** Share of the peak of multiply-adds that the tower used; 1 is all of it. */
        public double peakShare(TowerWork work) {
            return work.operationsPerTile() / tower.median() / limits.operations().median();
        }

        /** How many times as long as the decoder alone preprocessing takes. */
        public Optional<Double> decoderShare() {
            return decoding.map(d -> preprocessing.median() / d.median());
        }
    }

    /**
     * Measures, after warming up; the limits are looked at before each turn.
     *
     * @param encoder of the model to measure
     * @param file a picture in a file
     * @param probe of the threads that the model has
     * @param progress is told in words what is being done
     * @throws IllegalArgumentException if the file is no picture, or too large
     */
    public Outcome run(
            ImageEncoder encoder, byte[] file, LimitProbe probe, Consumer<String> progress) {
        Image image = Content.image(file);
        Limits.Log limits = new Limits.Log(probe);
        progress.accept("warming up");
        ImageTiles tiles = encoder.tiles(image);
        repeatWhileCold(() -> encoder.tiles(image));
        boolean decodes = decodes(file);
        repeatWhileCold(() -> encoder.features(tiles));
        double[] preprocessing = new double[repeats];
        double[] decoding = new double[repeats];
        double[] tower = new double[repeats];
        for (int i = 0; i < repeats; i++) {
            progress.accept("measuring %d of %d".formatted(i + 1, repeats));
            preprocessing[i] = seconds(() -> encoder.tiles(image));
            decoding[i] = seconds(() -> decodes(file));
            limits.sample();
            tower[i] = seconds(() -> encoder.features(tiles)) / tiles.pixelValues().size();
        }
        limits.sample();
        return new Outcome(
                tiles.picture(),
                tiles.pixelValues().size(),
                Spread.of(preprocessing),
                decodes ? Optional.of(Spread.of(decoding)) : Optional.empty(),
                Spread.of(tower),
                limits.limits());
    }

    private void repeatWhileCold(Runnable work) {
        long start = System.nanoTime();
        do {
            work.run();
        } while (System.nanoTime() - start < warmUp.toNanos());
    }

    private static double seconds(Runnable work) {
        long start = System.nanoTime();
        work.run();
        return (System.nanoTime() - start) * 1e-9;
    }

    /** Decodes a file as any program does; false when there is no decoder for it. */
    private static boolean decodes(byte[] file) {
        try (ImageInputStream input =
                new MemoryCacheImageInputStream(new ByteArrayInputStream(file))) {
            Iterator<ImageReader> readers = ImageIO.getImageReaders(input);
            if (!readers.hasNext()) {
                return false;
            }
            ImageReader reader = readers.next();
            try {
                reader.setInput(input, true, true);
                reader.read(0);
                return true;
            } finally {
                reader.dispose();
            }
        } catch (IOException e) {
            return false; // of a kind that this decoder does not know
        }
    }
}
