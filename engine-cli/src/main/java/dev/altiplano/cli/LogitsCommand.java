package dev.altiplano.cli;

import dev.altiplano.Llama4Model;
import dev.altiplano.loader.SafetensorsWriter;
import dev.altiplano.loader.TensorSpec;

import org.jspecify.annotations.Nullable;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;

/** Writes the logits of a sequence to a file. */
@Command(
        name = "logits",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        description =
                "Writes the logits after each token of a sequence to a .safetensors file: one"
                        + " tensor 'logits', F32, [positions, vocabulary].",
        footer = {
            "",
            "Example:",
            "  altiplano logits demo/stories --ids 960,401 --out l.safetensors"
        })
final class LogitsCommand implements Callable<Integer> {
    private final Terminal terminal;

    @Mixin private final ModelArgument model = new ModelArgument();

    @Option(names = "--ids", paramLabel = "IDS", description = "The sequence, like 1,2,3.")
    private @Nullable String ids;

    @Option(
            names = "--ids-file",
            paramLabel = "F",
            description =
                    "File with the sequence: ids between commas or white space, or a JSON array.")
    private @Nullable Path idsFile;

    @Option(
            names = "--out",
            paramLabel = "F.safetensors",
            required = true,
            description = "File to write; replaced when all logits are there.")
    private Path out = Path.of("");

    @Option(
            names = "--positions",
            paramLabel = "all|last",
            description = "After every token or after the last one. Default: ${DEFAULT-VALUE}.")
    private String positions = "all";

    @Mixin private final ImageOptions images = new ImageOptions();

    LogitsCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        if (!List.of("all", "last").contains(positions)) {
            throw CommandException.usage(
                    "--positions is '%s', expected all or last".formatted(positions));
        }
        model.options();
        int[] sequence = sequence();
        images.check();
        OutputFile.requirePlace(out);
        boolean all = positions.equals("all");
        try (Llama4Model opened = model.open()) {
            images.requireTower(opened, model.folder());
            long rows = all ? sequence.length : 1;
            TensorSpec spec =
                    TensorSpec.of("logits", "F32", rows, opened.config().vocabularySize());
            try (SafetensorsWriter writer = SafetensorsWriter.create(out, List.of(spec))) {
                opened.logits(
                        sequence,
                        images.images(),
                        all,
                        (position, row) -> {
                            writer.add(row);
                            terminal.progress(
                                    "logits: %d of %d".formatted(position + 1, sequence.length));
                        });
                writer.finish();
            }
        }
        return ExitCode.FINE;
    }

    private int[] sequence() {
        if ((ids == null) == (idsFile == null)) {
            throw CommandException.usage("expected either --ids or --ids-file");
        }
        return ids != null
                ? TokenIds.ofOption(ids)
                : TokenIds.ofFile(Objects.requireNonNull(idsFile));
    }
}
