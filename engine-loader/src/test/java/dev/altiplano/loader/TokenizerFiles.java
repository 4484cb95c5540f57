package dev.altiplano.loader;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Where the tokenizer tests find their files, and ways to read and change them. */
final class TokenizerFiles {
    private static final JsonMapper JSON = new JsonMapper();

    private TokenizerFiles() {}

    /** The demo's tokenizer, part of the repository. */
    static Path stories() {
        return root().resolve("demo/stories/tokenizer.json");
    }

    /** A file of the published vocabulary, which may not be copied; skips the test without it. */
    static Path llama4(String name) {
        Path file = root().resolveSibling("shared").resolve("llama4-tokenizer").resolve(name);
        assumeTrue(Files.exists(file), () -> "skipped: there is no " + file);
        return file;
    }

    /** A file beside the recorded encodings; skips the test without it. */
    static Path golden(String name) {
        Path file = root().resolveSibling("shared").resolve("goldens/tokenizer").resolve(name);
        assumeTrue(Files.exists(file), () -> "skipped: there is no " + file);
        return file;
    }

    static JsonNode resource(String name) {
        try (InputStream in = TokenizerFiles.class.getResourceAsStream("tokenizer/" + name)) {
            return JSON.readTree(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static JsonNode read(Path file) {
        return JSON.readTree(file.toFile());
    }

    /** Writes the demo's tokenizer, changed, to a folder. */
    static Path changed(Path folder, UnaryOperator<ObjectNode> change) {
        return write(folder, change.apply((ObjectNode) read(stories())).toString());
    }

    static Path write(Path folder, String text) {
        try {
            return Files.writeString(folder.resolve("tokenizer.json"), text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static List<JsonNode> list(JsonNode array) {
        List<JsonNode> list = new ArrayList<>();
        array.forEach(list::add);
        return list;
    }

    static int[] ids(JsonNode array) {
        return list(array).stream().mapToInt(JsonNode::intValue).toArray();
    }

    private static Path root() {
        Path folder = Path.of("").toAbsolutePath();
        while (folder != null && !Files.exists(folder.resolve("demo/stories"))) {
            folder = folder.getParent();
        }
        if (folder == null) {
            throw new IllegalStateException("run the tests inside the repository");
        }
        return folder;
    }
}
