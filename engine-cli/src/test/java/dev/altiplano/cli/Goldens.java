package dev.altiplano.cli;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** The tiny checkpoints of engine-core's tests. */
final class Goldens {
    private static final String GOLDENS = "engine-core/src/test/resources/goldens";

    private Goldens() {}

    private static Path repository() {
        for (Path at = Path.of("").toAbsolutePath(); at != null; at = at.getParent()) {
            if (Files.exists(at.resolve(GOLDENS))) {
                return at;
            }
        }
        throw new IllegalStateException(GOLDENS + " not found above the working directory");
    }

    /** A tiny checkpoint without a tokenizer, with recorded answers. */
    static Path golden(String name) {
        return repository().resolve(GOLDENS).resolve(name);
    }

    /** The same, or one recorded beside the repository; the test is skipped where it is absent. */
    static Path goldenOrShared(String name) {
        Path own = golden(name);
        Path folder =
                Files.exists(own) ? own : repository().resolve("../shared/goldens").resolve(name);
        assumeTrue(Files.isDirectory(folder), "no recordings at " + folder);
        return folder;
    }

    /** Copies the files of a folder into an empty one. */
    static void copy(Path from, Path to) {
        try {
            for (Path file : files(from)) {
                Files.copy(file, to.resolve(file.getFileName()));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<Path> files(Path folder) throws IOException {
        try (Stream<Path> all = Files.list(folder)) {
            return all.toList();
        }
    }
}
