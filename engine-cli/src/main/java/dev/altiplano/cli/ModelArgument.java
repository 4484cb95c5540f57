package dev.altiplano.cli;

import dev.altiplano.Llama4Model;
import dev.altiplano.ModelOptions;
import dev.altiplano.kernels.KvType;

import org.jspecify.annotations.Nullable;

import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

import java.nio.file.Path;
import java.util.Locale;

/** Which model, on how many threads, with which keys and values. */
final class ModelArgument {
    @Parameters(
            index = "0",
            paramLabel = "MODEL",
            description = "Checkpoint folder in the Hugging Face layout.")
    private Path folder = Path.of("");

    @Option(
            names = "--threads",
            paramLabel = "N",
            description =
                    "Threads that compute; results do not depend on it. Default: all processors.")
    private @Nullable Integer threads;

    @Option(
            names = "--kv",
            paramLabel = "TYPE",
            description =
                    "How keys and values are kept: f32 (default), bf16 (half the memory) or fp8"
                            + " (about a quarter).")
    private String keyValues = "f32";

    @Option(
            names = "--advise-system",
            description =
                    "Tell the system to read weights far ahead until the first answer has ended,"
                            + " and in huge pages where it has them.")
    private boolean advisesSystem;

    @Option(
            names = "--lock-weights",
            description =
                    "Read all weights at first and lock them in memory (mlock); a note says so if"
                            + " the system refuses.")
    private boolean locksWeights;

    Path folder() {
        return folder;
    }

    /** How many threads compute. */
    int threads() {
        return threads == null ? Runtime.getRuntime().availableProcessors() : threads;
    }

    private KvType keyValueType() {
        return switch (keyValues.toLowerCase(Locale.ROOT)) {
            case "f32" -> KvType.F32;
            case "bf16" -> KvType.BF16;
            case "fp8" -> KvType.FP8;
            default ->
                    throw CommandException.usage(
                            "--kv is '%s', expected f32, bf16 or fp8".formatted(keyValues));
        };
    }

    /** Refuses a number of threads that cannot be. */
    ModelOptions options() {
        ModelOptions options =
                ModelOptions.defaults()
                        .keyValueType(keyValueType())
                        .adviseSystem(advisesSystem)
                        .lockWeights(locksWeights);
        return Usage.check(() -> options.threads(threads()));
    }

    Llama4Model open() {
        return Llama4Model.open(folder, options());
    }
}
