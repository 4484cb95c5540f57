package dev.altiplano;

import java.nio.file.Files;
import java.nio.file.Path;

/** The trained checkpoint that ships with the project. */
final class Demo {
    /** {@code demo/stories} of this repository. */
    static final Path FOLDER = find();

    private Demo() {}

    private static Path find() {
        for (Path at = Path.of("").toAbsolutePath(); at != null; at = at.getParent()) {
            if (Files.exists(at.resolve("demo/stories/config.json"))) {
                return at.resolve("demo/stories");
            }
        }
        throw new IllegalStateException("demo/stories not found above the working directory");
    }

    /** A greedy request for a story. */
    static GenerationRequest story() {
        return GenerationRequest.chat(Message.user("Tell me a story about a fox and a kite."))
                .sampling(Sampling.greedy());
    }
}
