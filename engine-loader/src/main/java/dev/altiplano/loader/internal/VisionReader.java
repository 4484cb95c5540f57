package dev.altiplano.loader.internal;

import dev.altiplano.loader.CheckpointException;
import dev.altiplano.loader.ImageProcessing;
import dev.altiplano.loader.Vision;
import dev.altiplano.loader.VisionConfig;

import java.nio.file.Path;
import java.util.Optional;

/** Finds what a folder holds for pictures. */
public final class VisionReader {
    private VisionReader() {}

    /**
     * The image tower with everything around it; empty when {@code config.json} describes a text
     * model, or no tensor belongs to a tower.
     *
     * @throws CheckpointException if there is a tower, and anything about it is missing, broken or
     *     contradictory
     */
    public static Optional<Vision> read(
            Path folder, Configuration configuration, TensorIndex index) {
        if (configuration.vision().isEmpty() || !index.hasVision()) {
            return Optional.empty();
        }
        VisionConfig config = VisionConfigReader.read(configuration.vision().get());
        int vocabulary = configuration.text().vocabularySize();
        if (config.patchTokenId() >= vocabulary) {
            throw configuration
                    .vision()
                    .get()
                    .wrong(
                            "image_token_index",
                            Integer.toString(config.patchTokenId()),
                            "less than vocab_size %d".formatted(vocabulary));
        }
        ImageProcessing processing = ImageProcessingReader.processing(folder, config.tileSize());
        return Optional.of(
                new Vision(
                        config,
                        VisionWeightsReader.read(config, configuration, index),
                        processing,
                        ImageProcessingReader.tokens(folder)));
    }
}
