package dev.altiplano.cli;

import dev.altiplano.MemoryPlan;
import dev.altiplano.PerformanceCheck;
import dev.altiplano.PerformanceFinding;
import dev.altiplano.loader.Checkpoint;

import org.jspecify.annotations.Nullable;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;

/** Says what a checkpoint is. */
@Command(
        name = "inspect",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        description =
                "Shows what a checkpoint is, its tensors and layers, the memory it needs, and why"
                        + " it would be slow here. Reads headers only.",
        footer = {"", "Example:", "  altiplano inspect demo/stories --context 4096"})
final class InspectCommand implements Callable<Integer> {
    private static final long USUAL_CONTEXT = 8192;

    private final Terminal terminal;

    @Mixin private final ModelArgument model = new ModelArgument();

    @Option(
            names = "--context",
            paramLabel = "N",
            description =
                    "Plan memory for a sequence of N tokens. Default: 8192, or what the model was"
                            + " made for if that is less.")
    private @Nullable Integer context;

    @Option(
            names = "--check",
            description =
                    "Run the kernels for a second or two and say which of them are compiled badly.")
    private boolean check;

    @Option(names = "--json", description = "Print one JSON object.")
    private boolean json;

    InspectCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        if (context != null) {
            Usage.atLeast(1, "--context", context);
        }
        try (Checkpoint checkpoint = Checkpoint.open(model.folder())) {
            long tokens =
                    context != null
                            ? context
                            : Math.min(USUAL_CONTEXT, checkpoint.config().maxPositions());
            MemoryPlan plan = MemoryPlan.of(checkpoint, model.options(), tokens);
            Inspection inspection = new Inspection(checkpoint, plan, findings(checkpoint));
            if (json) {
                terminal.out().println(Json.pretty(new InspectionJson(inspection).value()));
            } else {
                terminal.out().print(new InspectionText(inspection).text());
            }
        }
        return ExitCode.FINE;
    }

    private List<PerformanceFinding> findings(Checkpoint checkpoint) {
        List<PerformanceFinding> all =
                new ArrayList<>(PerformanceCheck.settings(checkpoint, model.options()));
        if (check) {
            terminal.progress("measuring the kernels");
            all.addAll(PerformanceCheck.kernels(checkpoint, model.options()));
            terminal.endProgress();
        }
        return all;
    }
}
