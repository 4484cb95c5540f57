package dev.altiplano.loader;

import static org.assertj.core.api.Assumptions.assumeThat;

import java.nio.file.Path;

/**
 * Recorded checkpoints of an independent implementation: one among the resources, others shared.
 */
final class GoldenFolders {
    private GoldenFolders() {}

    /** {@code odd}: five layers, sizes that are no multiple of any vector length. */
    static Path odd() {
        return Path.of("src", "test", "resources", "goldens", "odd").toAbsolutePath();
    }

    /** A folder beside the repository; the test is skipped where it is absent. */
    static Path shared(String path) {
        Path folder =
                Path.of("").toAbsolutePath().resolve("../../shared").resolve(path).normalize();
        assumeThat(folder).as("recorded results beside the repository").isDirectory();
        return folder;
    }
}
