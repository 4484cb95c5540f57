package dev.altiplano.cli;

import dev.altiplano.Content;
import dev.altiplano.Image;
import dev.altiplano.ImageEncoder;
import dev.altiplano.ImageTiles;
import dev.altiplano.Llama4Model;
import dev.altiplano.loader.VisionConfig;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Compares what is recorded of a prompt's pictures with what the engine makes of them. */
final class PictureCheck {
    private static final ValueLayout.OfShort BF16 =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    /** A grey level; decoders and filters may round one of them differently. */
    private static final double LEVEL = 1 / 127.5;

    private static final int LEVELS = 1;
    private static final int JPEG_LEVELS = 3;
    private static final double ROUNDING = 0.5; // of BF16, in levels
    private static final double SHARE_EQUAL = 0.99;

    private final ImageEncoder encoder;
    private final Recorded recorded;
    private final Expected.Prompt prompt;
    private final List<Image> images;
    private final int textWidth;

    /**
     * @param folder where the pictures lie
     * @throws CommandException if the model has no image tower
     */
    PictureCheck(Llama4Model model, Path folder, Recorded recorded, Expected.Prompt prompt) {
        this.encoder = model.imageEncoder().orElseThrow(() -> ImageOptions.noTower(folder));
        this.recorded = recorded;
        this.prompt = prompt;
        this.images = images(prompt, folder);
        this.textWidth = model.config().hiddenSize();
    }

    /** The pictures of a prompt, in order. */
    static List<Image> images(Expected.Prompt prompt, Path folder) {
        return prompt.pictures().stream().map(name -> Content.image(folder.resolve(name))).toList();
    }

    void run(Findings findings) {
        List<ImageTiles> tiles = images.stream().map(encoder::tiles).toList();
        long count = tiles.stream().mapToLong(t -> t.pixelValues().size()).sum();
        findings.fact(
                "%d %s of %d tiles"
                        .formatted(
                                images.size(), images.size() == 1 ? "picture" : "pictures", count));
        pixels(tiles, count, findings);
        tower(count, findings);
        features(count, findings);
    }

    private void pixels(List<ImageTiles> tiles, long count, Findings findings) {
        String name = "pixel_values." + prompt.number();
        if (!recorded.contains(name)) {
            return;
        }
        int size = encoder.config().tileSize();
        recorded.require(name, "BF16", count, VisionConfig.CHANNELS, size, size);
        MemorySegment wanted = recorded.tensors().data(name);
        boolean jpeg =
                prompt.pictures().stream()
                        .anyMatch(file -> !file.toLowerCase(Locale.ROOT).endsWith("png"));
        long at = 0;
        long equal = 0;
        double largest = 0;
        for (ImageTiles picture : tiles) {
            for (float[] tile : picture.pixelValues()) {
                for (float got : tile) {
                    float want = Float.intBitsToFloat(wanted.getAtIndex(BF16, at++) << 16);
                    equal += got == want ? 1 : 0;
                    largest = Math.max(largest, Math.abs(got - want) / LEVEL);
                }
            }
        }
        double share = (double) equal / at;
        findings.fact(String.format(Locale.ROOT, "pixels %.2f %% equal", 100 * share));
        int allowed = jpeg ? JPEG_LEVELS : LEVELS;
        if (!(largest <= allowed + ROUNDING) || !jpeg && share < SHARE_EQUAL) {
            findings.fault(
                    String.format(
                            Locale.ROOT,
                            "pixels differ by %.1f grey levels, expected at most %d, and %.2f %%"
                                    + " are equal",
                            largest,
                            allowed,
                            100 * share));
        }
    }

    /** The tower's residual stream, layer by layer. */
    private void tower(long tiles, Findings findings) {
        VisionConfig config = encoder.config();
        int tokens = config.patches() + 1;
        List<Optional<Difference>> layers = new ArrayList<>();
        for (int layer = 0; layer <= config.layers(); layer++) {
            String what =
                    layer == 0 ? "input of the tower" : "layer %d of the tower".formatted(layer);
            String name = "vision_hidden.%d.%d".formatted(prompt.number(), layer);
            layers.add(recorded.difference(what, name, tiles, tokens, config.hiddenSize()));
        }
        List<Difference> known = layers.stream().flatMap(Optional::stream).toList();
        if (known.isEmpty()) {
            return;
        }
        if (known.size() < layers.size()) {
            findings.fault(
                    "tensor 'vision_hidden.%d.%d' is missing, expected 0 (input) to %d (last layer)"
                            .formatted(
                                    prompt.number(),
                                    layers.indexOf(Optional.<Difference>empty()),
                                    config.layers()));
        }
        int first = 0;
        for (Image image : images) {
            int before = first;
            encoder.trace(
                    image,
                    (layer, tile, token, hidden) ->
                            layers.get(layer)
                                    .ifPresent(difference ->
                                            difference.add(
                                                    (before + tile) * tokens + token, hidden)));
            first += encoder.tiles(image).pixelValues().size();
        }
        findings.report("tower", known);
    }

    private void features(long tiles, Findings findings) {
        Optional<Difference> difference =
                recorded.difference(
                        "features",
                        "image_features." + prompt.number(),
                        tiles,
                        encoder.config().tokensPerTile(),
                        textWidth);
        int row = 0;
        for (Image image : difference.isPresent() ? images : List.<Image>of()) {
            for (float[] feature : encoder.features(image)) {
                difference.get().add(row++, feature);
            }
        }
        findings.report("features", difference.stream().toList());
    }
}
