package dev.altiplano.loader;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
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
        assumeTrue(Files.isDirectory(folder), () -> "no recorded results at " + folder);
        return folder;
    }
}
