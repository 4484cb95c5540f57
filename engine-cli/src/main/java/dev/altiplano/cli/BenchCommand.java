package dev.altiplano.cli;

import dev.altiplano.ImageEncoder;
import dev.altiplano.ImageLimits;
import dev.altiplano.Llama4Model;
import dev.altiplano.ModelOptions;
import dev.altiplano.bench.LimitProbe;
import dev.altiplano.bench.Limits;
import dev.altiplano.bench.PictureRun;
import dev.altiplano.bench.RooflineReport;
import dev.altiplano.bench.SessionsRun;
import dev.altiplano.bench.SpeedRun;
import dev.altiplano.bench.TokenWork;
import dev.altiplano.bench.TowerWork;
import dev.altiplano.bench.synthetic.SyntheticCheckpoint;
import dev.altiplano.loader.Checkpoint;

import org.jspecify.annotations.Nullable;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;

/** Measures speed, and writes models to measure it with. */
@Command(
        name = "bench",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        description = {
            "Measures how fast a model reads a prompt and writes an answer, and how close that"
                    + " comes to what the memory and the processors of this machine can do.",
            "",
            "With --limits it measures the machine alone; with --image it measures how fast a"
                    + " picture becomes features; with --synthetic it writes a folder with random"
                    + " weights of a real shape."
        },
        footer = {
            "",
            "Speeds are medians, with the least and the most, after warming up."
                    + " The limits are measured in between. Weights that a cache holds can exceed"
                    + " the memory's bandwidth. What figures of a part of a model say about the"
                    + " whole assumes that it reaches the same shares.",
            "",
            "Examples:",
            "  altiplano bench demo/stories -p 256 -n 64 --repeat 3",
            "  altiplano bench demo/stories --sessions 8 -n 200",
            "  altiplano bench --synthetic scout --layers 4 --write /tmp/scout4",
            "  altiplano bench /tmp/scout4 --depth 0,8191 --json",
            "  altiplano bench Llama-4-Scout-17B-16E-Instruct --image photo.jpg"
        })
final class BenchCommand implements Callable<Integer> {
    private final Terminal terminal;

    @Parameters(
            index = "0",
            arity = "0..1",
            paramLabel = "MODEL",
            description = "Checkpoint folder in the Hugging Face layout.")
    private @Nullable Path folder;

    @Option(
            names = "--threads",
            paramLabel = "N",
            description = "Threads that compute. Default: all processors.")
    private int threads = Runtime.getRuntime().availableProcessors();

    @Option(
            names = "-p",
            paramLabel = "N",
            description = "Tokens of the prompt; 0 measures no prompt. Default: ${DEFAULT-VALUE}.")
    private int promptTokens = 512;

    @Option(
            names = "-n",
            paramLabel = "N",
            description = "Tokens of the answer; 0 measures no answer. Default: ${DEFAULT-VALUE}.")
    private int decodedTokens = 128;

    @Option(
            names = "--depth",
            paramLabel = "D",
            split = ",",
            description =
                    "Tokens that the sequence holds before; several, separated by commas, are"
                            + " measured in turn. Default: 0.")
    private List<Integer> depths = List.of(0);

    @Option(
            names = "--repeat",
            paramLabel = "R",
            description = "Measurements of each. Default: ${DEFAULT-VALUE}.")
    private int repeats = 5;

    @Option(
            names = "--warm-up",
            paramLabel = "S",
            description =
                    "Seconds of warming up for each quantity; at least one run. Default:"
                            + " ${DEFAULT-VALUE}.")
    private int warmSeconds = 2;

    @Option(
            names = "--whole",
            paramLabel = "N",
            description =
                    "Layers of the whole model, if MODEL is a part of it: says how fast it would"
                            + " be. Default: ${DEFAULT-VALUE}.")
    private int wholeLayers = 48;

    @Option(
            names = "--sessions",
            paramLabel = "N",
            description =
                    "Measure how many tokens per second N sessions write at the same time, and one"
                            + " alone, instead of the other quantities.")
    private @Nullable Integer sessions;

    @Option(names = "--json", description = "Print one JSON object.")
    private boolean json;

    @Option(
            names = "--limits",
            description = "Measure what the machine can do at best, and no model.")
    private boolean limitsAlone;

    @Option(
            names = "--image",
            paramLabel = "FILE",
            description =
                    "Measure preprocessing and the image tower with this picture, and no text.")
    private @Nullable Path image;

    @Mixin private final SyntheticOptions synthetic = new SyntheticOptions();

    BenchCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        ModelOptions options =
                Usage.check(() -> ModelOptions.defaults().prefixCache(0).threads(threads));
        Usage.atLeast(1, "--repeat", repeats);
        Usage.atLeast(1, "--whole", wholeLayers);
        Usage.atLeast(0, "--warm-up", warmSeconds);
        boolean written = synthetic.wanted();
        Usage.notBoth(written, limitsAlone, "--synthetic and --limits");
        Usage.notBoth(written, folder != null, "--synthetic and MODEL");
        Usage.notBoth(limitsAlone, folder != null, "--limits and MODEL");
        if (image != null && folder == null) {
            throw CommandException.usage("--image needs a MODEL to measure");
        }
        Usage.notBoth(sessions != null, written || limitsAlone, "--sessions and what has no MODEL");
        if (written) {
            write();
        } else if (limitsAlone) {
            measureLimits();
        } else if (folder != null && image != null) {
            measurePictures(folder, image, options);
        } else if (folder != null && sessions != null) {
            int count = sessions;
            Duration warmUp = Duration.ofSeconds(warmSeconds);
            SessionsRun run =
                    Usage.check(() -> new SessionsRun(count, decodedTokens, repeats, warmUp));
            new SessionsBench(terminal, run, threads).measure(folder, options, json);
        } else if (folder != null) {
            measureModel(folder, options);
        } else {
            throw CommandException.usage(
                    "what is to be measured? MODEL, or --limits, or --synthetic to write a model");
        }
        return ExitCode.FINE;
    }

    private void write() {
        Path target = synthetic.folder();
        SyntheticCheckpoint checkpoint = synthetic.checkpoint();
        checkpoint.write(target, threads, terminal::progress);
        terminal.endProgress();
        terminal.out()
                .println(
                        "%s: %s, %s, %s"
                                .formatted(
                                        target,
                                        checkpoint.shape(),
                                        checkpoint.format(),
                                        Sizes.bytes(checkpoint.bytes())));
    }

    private void measureLimits() {
        terminal.progress("warming up");
        try (LimitProbe probe = LimitProbe.open(threads)) {
            List<Limits> limits = limits(probe);
            terminal.endProgress();
            if (json) {
                terminal.out().println(Json.pretty(LimitsJson.of(probe, limits)));
            } else {
                terminal.out().print(LimitsText.of(probe, limits));
            }
        }
    }

    /** Looks at the limits with 1, 2, 4, … threads, up to all of them. */
    private List<Limits> limits(LimitProbe probe) {
        List<Limits.Log> logs = new ArrayList<>();
        for (int some = 1; some < threads; some *= 2) {
            logs.add(new Limits.Log(probe, some));
        }
        logs.add(new Limits.Log(probe));
        for (int i = 0; i < repeats; i++) {
            terminal.progress("measuring limits, %d of %d".formatted(i + 1, repeats));
            logs.forEach(Limits.Log::sample); // in turn: a disturbance meets all of them
        }
        return logs.stream().map(Limits.Log::limits).toList();
    }

    private void measureModel(Path folder, ModelOptions options) {
        SpeedRun run =
                Usage.check(() ->
                        new SpeedRun(
                                promptTokens,
                                decodedTokens,
                                repeats,
                                depths,
                                Duration.ofSeconds(warmSeconds)));
        TokenWork work;
        try (Checkpoint checkpoint = Checkpoint.open(folder)) {
            requirePositions(run, checkpoint.config().maxPositions());
            work = TokenWork.of(checkpoint);
        }
        try (Llama4Model model = Llama4Model.open(folder, options.context(run.positions()));
                LimitProbe probe = LimitProbe.open(threads)) {
            SpeedRun.Outcome outcome = run.run(model, probe, terminal::progress);
            terminal.endProgress();
            BenchResults results =
                    new BenchResults(
                            new RooflineReport(work, run, outcome),
                            probe,
                            model.memoryPlan(run.positions()),
                            wholeLayers);
            if (json) {
                terminal.out().println(Json.pretty(BenchJson.of(results)));
            } else {
                terminal.out().print(BenchText.of(results));
            }
        }
    }

    private void measurePictures(Path folder, Path picture, ModelOptions options) {
        ImageOptions.requireFile(picture);
        byte[] file = bytes(picture);
        PictureRun run = new PictureRun(repeats, Duration.ofSeconds(warmSeconds));
        try (Llama4Model model = Llama4Model.open(folder, options);
                LimitProbe probe = LimitProbe.open(threads)) {
            ImageEncoder encoder =
                    model.imageEncoder().orElseThrow(() -> ImageOptions.noTower(folder));
            PictureRun.Outcome outcome = run.run(encoder, file, probe, terminal::progress);
            terminal.endProgress();
            TowerWork work = new TowerWork(encoder.config(), model.config().hiddenSize());
            PictureBench bench = new PictureBench(outcome, work, probe);
            if (json) {
                terminal.out().println(Json.pretty(bench.json()));
            } else {
                terminal.out().print(bench.text());
            }
        }
    }

    private static byte[] bytes(Path file) {
        try {
            long most = ImageLimits.defaults().bytes();
            if (Files.size(file) > most) {
                throw CommandException.failed(
                        "%s: has %d bytes, expected at most %d"
                                .formatted(file, Files.size(file), most));
            }
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void requirePositions(SpeedRun run, long most) {
        if (run.positions() > most) {
            throw CommandException.usage(
                    "--depth, -p and -n need %d positions, the model has %d (max_position_embeddings)"
                            .formatted(run.positions(), most));
        }
    }
}
