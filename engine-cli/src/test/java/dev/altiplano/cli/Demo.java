package dev.altiplano.cli;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;

/** The demo checkpoint, and copies of it that may be spoiled. */
final class Demo {
    static final Path FOLDER = Path.of("../demo/stories");
    static final String PATH = FOLDER.toString();

    private static final Set<String> TEXT_FILES =
            Set.of(
                    "tokenizer.json",
                    "tokenizer_config.json",
                    "special_tokens_map.json",
                    "chat_template.jinja");

    private Demo() {}

    static Path copyTo(Path folder) throws IOException {
        return copyTo(folder, Set.of());
    }

    /** Nothing but weights and their configuration. */
    static Path copyWithoutTextTo(Path folder) throws IOException {
        return copyTo(folder, TEXT_FILES);
    }

    private static Path copyTo(Path folder, Set<String> leftOut) throws IOException {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(FOLDER)) {
            for (Path file : files) {
                String name = file.getFileName().toString();
                if (Files.isRegularFile(file) && !leftOut.contains(name)) {
                    Files.copy(file, folder.resolve(name));
                }
            }
        }
        return folder;
    }
}
