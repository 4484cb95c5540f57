package dev.altiplano.loader.internal;

import dev.altiplano.loader.CheckpointException;

import java.nio.file.Files;
import java.nio.file.Path;

/** The folder itself. */
public final class Folder {
    private Folder() {}

    /**
     * Refuses what is no folder.
     *
     * @throws CheckpointException in words
     */
    public static void require(Path folder) {
        if (!Files.isDirectory(folder)) {
            throw new CheckpointException(
                    "%s: %s, expected a folder with a checkpoint"
                            .formatted(
                                    Shown.text(folder.toString()),
                                    Files.exists(folder) ? "is no folder" : "does not exist"));
        }
    }
}
