package dev.altiplano.bench.jmh;

import dev.altiplano.bench.synthetic.SyntheticCheckpoint;
import dev.altiplano.bench.synthetic.SyntheticFormat;
import dev.altiplano.bench.synthetic.SyntheticShape;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** Models that answers are measured with. */
public enum MeasuredModel {
    /** The trained one of five million weights; caches hold it. */
    DEMO {
        @Override
        Folder folder() {
            for (Path at = Path.of("").toAbsolutePath(); at != null; at = at.getParent()) {
                Path demo = at.resolve("demo/stories");
                if (Files.exists(demo.resolve("config.json"))) {
                    return new Folder(demo, false);
                }
            }
            throw new IllegalStateException(
                    "demo/stories was not found above the working directory");
        }
    },
    /** Four layers of Scout with a fifth of its widths and 4 experts; 390 MB in BF16. */
    FIFTH_OF_SCOUT {
        @Override
        Folder folder() throws IOException {
            SyntheticShape shape =
                    SyntheticShape.scout(4)
                            .with("hidden_size", 1024)
                            .with("intermediate_size", 1638)
                            .with("num_attention_heads", 10)
                            .with("num_key_value_heads", 2)
                            .with("num_local_experts", 4)
                            .with("vocab_size", 40_000);
            Path folder = Files.createTempDirectory("fifth-of-scout");
            new SyntheticCheckpoint(shape, SyntheticFormat.BF16, 1).write(folder, 2, words -> {});
            return new Folder(folder, true);
        }
    };

    /** Where the model lies. */
    abstract Folder folder() throws IOException;

    /** A folder, to be deleted if it was made for the benchmark. */
    record Folder(Path path, boolean temporary) {
        void close() throws IOException {
            if (!temporary) {
                return;
            }
            List<Path> files;
            try (Stream<Path> all = Files.list(path)) {
                files = all.toList();
            }
            for (Path file : files) {
                Files.delete(file);
            }
            Files.delete(path);
        }
    }
}
