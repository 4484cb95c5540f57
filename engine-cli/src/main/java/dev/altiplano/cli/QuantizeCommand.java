package dev.altiplano.cli;

import dev.altiplano.loader.CopyProgress;
import dev.altiplano.loader.CopyReport;
import dev.altiplano.loader.QuantisedCopy;
import dev.altiplano.loader.QuantisedFormat;

import org.jspecify.annotations.Nullable;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import java.util.stream.Stream;

/** Writes a checkpoint again with smaller weights. */
@Command(
        name = "quantize",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        description =
                "Writes a checkpoint again with smaller weights, as a standard compressed-tensors"
                        + " folder that this and other engines open.",
        footer = {
            "",
            "Routed and shared experts and dense layers become codes; embedding, attention,"
                + " routers, norms, head and image tower stay as they are. What was written is read"
                + " again and compared. A run that was cut off goes on when the same command is"
                + " given again.",
            "",
            "Example:",
            "  altiplano quantize demo/stories /tmp/stories-int4 --to int4 --group 32"
        })
final class QuantizeCommand implements Callable<Integer> {
    private static final int BAR = 30;

    private final Terminal terminal;

    @Parameters(
            index = "0",
            paramLabel = "MODEL",
            description = "Checkpoint folder in the Hugging Face layout.")
    private Path model = Path.of("");

    @Parameters(
            index = "1",
            paramLabel = "OUT",
            description = "Folder to write: new, empty, or left by a run that was cut off.")
    private Path out = Path.of("");

    @Option(
            names = "--to",
            paramLabel = "fp8|int8|int4|nvfp4",
            required = true,
            description =
                    "fp8: 8 bits, a scale an output. int8: the same in whole numbers. int4: 4 bits,"
                            + " a scale a group. nvfp4: 4 bits, a scale for 16 inputs.")
    private String to = "";

    @Option(
            names = "--group",
            paramLabel = "N",
            description = "Inputs that share a scale, for int4 (default 128) and int8.")
    private @Nullable Integer group;

    @Option(
            names = "--keep",
            paramLabel = "REGEX",
            description =
                    "Keep modules plain in whose names this is found, as 'layers\\.0\\.' or"
                            + " 'shared_expert'. May be given several times.")
    private List<String> keep = new ArrayList<>();

    @Option(
            names = "--threads",
            paramLabel = "N",
            description =
                    "Threads that compute; the bytes do not depend on it. Default: all processors.")
    private int threads = Runtime.getRuntime().availableProcessors();

    @Option(
            names = "--everything",
            description = "Encode attention and head too, which published folders keep plain.")
    private boolean everything;

    QuantizeCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        Usage.atLeast(1, "--threads", threads);
        QuantisedCopy copy = copy();
        CopyReport report = copy.write(model, out, threads, this::show);
        terminal.endProgress();
        terminal.out().print(text(report));
        return ExitCode.FINE;
    }

    private QuantisedCopy copy() {
        QuantisedFormat format =
                Stream.of(QuantisedFormat.values())
                        .filter(one -> one.toString().equals(to))
                        .findFirst()
                        .orElseThrow(() ->
                                CommandException.usage(
                                        "--to is '%s', expected fp8, int8, int4 or nvfp4"
                                                .formatted(to)));
        QuantisedCopy usual =
                QuantisedCopy.to(format).keeping(keep.stream().map(this::pattern).toList());
        QuantisedCopy chosen = everything ? usual.ofEverything() : usual;
        Integer size = group;
        return size == null ? chosen : Usage.check(() -> chosen.withGroup(size));
    }

    private Pattern pattern(String regex) {
        try {
            return Pattern.compile(regex);
        } catch (PatternSyntaxException e) {
            throw CommandException.usage("--keep '%s': %s".formatted(regex, e.getDescription()));
        }
    }

    private void show(CopyProgress progress) {
        double share = (double) progress.done() / progress.total();
        int full = (int) (share * BAR);
        terminal.progress(
                String.format(
                        Locale.ROOT,
                        "%-9s [%s%s] %3.0f %%",
                        progress.stage().name().toLowerCase(Locale.ROOT),
                        "#".repeat(full),
                        " ".repeat(BAR - full),
                        100 * share));
    }

    private String text(CopyReport report) {
        Table table = new Table();
        table.row("copy", out.toString());
        table.row(
                "weights",
                "%s in %d file%s, the source has %s"
                        .formatted(
                                Sizes.bytes(report.bytes()),
                                report.shards(),
                                report.shards() == 1 ? "" : "s",
                                Sizes.bytes(report.sourceBytes())));
        if (report.resumedShards() > 0) {
            table.row("", "%d of them from a run before".formatted(report.resumedShards()));
        }
        table.row(
                "linear maps",
                "%d in %s, %d kept".formatted(report.quantised(), to, report.kept()));
        table.row(
                "error",
                String.format(
                        Locale.ROOT,
                        "%.2f %% of a weight, root mean square",
                        100 * report.error()));
        table.row("verified", "every weight");
        return table.text();
    }
}
