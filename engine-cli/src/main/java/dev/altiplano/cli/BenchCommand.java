package dev.altiplano.cli;

import dev.altiplano.Llama4Model;
import dev.altiplano.ModelOptions;
import dev.altiplano.bench.LimitProbe;
import dev.altiplano.bench.Limits;
import dev.altiplano.bench.SpeedRun;
import dev.altiplano.bench.Spread;
import dev.altiplano.bench.TokenTraffic;
import dev.altiplano.bench.synthetic.SyntheticCheckpoint;
import dev.altiplano.kernels.KernelInfo;
import dev.altiplano.loader.Checkpoint;

import org.jspecify.annotations.Nullable;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;

/** Measures speed. */
@Command(
        name = "bench",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        description =
                "Measures how fast a model reads a prompt and writes an answer, how many bytes of"
                    + " weights a token reads, and which share of the memory's bandwidth that is.",
        footer = {
            "",
            "Speeds are medians, with the least and the most, after two seconds of warming up."
                    + " Weights that fit the processor's cache can exceed the memory's bandwidth.",
            "",
            "Example:",
            "  altiplano bench demo/stories -p 256 -n 64 --repeat 3"
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

    @Mixin private final SyntheticOptions synthetic = new SyntheticOptions();

    @Option(
            names = "--limits",
            description = "Measure what the machine can do at best, and no model.")
    private boolean limitsAlone;

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
            names = "--repeat",
            paramLabel = "R",
            description = "Measurements of each. Default: ${DEFAULT-VALUE}.")
    private int repeats = 5;

    @Option(names = "--json", description = "Print one JSON object.")
    private boolean json;

    BenchCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    /**
     * What was found.
     *
     * @param bandwidth bytes per second
     */
    private record Findings(
            int threads, TokenTraffic traffic, double bandwidth, SpeedRun.Speed speed) {
        /** Share of the bandwidth that decoding uses, if it was measured. */
        @Nullable Double share() {
            return speed.decode().map(s -> s.median() * traffic.total() / bandwidth).orElse(null);
        }
    }

    @Override
    public Integer call() {
        ModelOptions options = Usage.check(() -> ModelOptions.defaults().threads(threads));
        Usage.atLeast(1, "--repeat", repeats);
        if (synthetic.wanted()) {
            write();
        } else if (limitsAlone) {
            measureLimits();
        } else if (folder == null) {
            throw CommandException.usage(
                    "what is to be measured? MODEL, or --limits, or --synthetic to write a model");
        } else {
            measureModel(folder, options);
        }
        return ExitCode.FINE;
    }

    private void write() {
        SyntheticCheckpoint checkpoint = synthetic.checkpoint();
        Path target = synthetic.folder();
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
            List<Limits> limits = LimitsReport.measure(probe, repeats, terminal);
            terminal.endProgress();
            if (json) {
                terminal.out()
                        .println(
                                Json.pretty(
                                        limits.stream()
                                                .map(l -> LimitsReport.json(probe, l))
                                                .toList()));
                return;
            }
            Table table = new Table();
            limits.forEach(l -> LimitsReport.print(table, probe, l));
            LimitsReport.printWindow(table, limits.getLast());
            terminal.out().print(table.text());
        }
    }

    private void measureModel(Path folder, ModelOptions options) {
        SpeedRun measured = Usage.check(() -> new SpeedRun(promptTokens, decodedTokens, repeats));
        TokenTraffic traffic;
        try (Checkpoint checkpoint = Checkpoint.open(folder)) {
            traffic = TokenTraffic.of(checkpoint.text(), checkpoint.config());
        }
        SpeedRun.Speed speed;
        try (Llama4Model opened = Llama4Model.open(folder, options)) {
            speed = measured.run(opened, terminal::progress);
        }
        terminal.progress("measuring memory");
        double bandwidth;
        try (LimitProbe probe = LimitProbe.open(threads)) {
            bandwidth = probe.sample().bandwidth();
        }
        terminal.endProgress();
        Findings findings = new Findings(threads, traffic, bandwidth, speed);
        if (json) {
            terminal.out().println(Json.pretty(asJson(findings)));
        } else {
            print(findings);
        }
    }

    private void print(Findings found) {
        Table table = new Table();
        table.row("machine", "%s, %d threads".formatted(KernelInfo.description(), found.threads));
        KernelInfo.slowReason().ifPresent(reason -> table.row("", "slow: " + reason));
        found.speed
                .prefill()
                .ifPresent(s ->
                        table.row("prefill", "%d tokens: %s".formatted(promptTokens, text(s))));
        found.speed
                .decode()
                .ifPresent(s ->
                        table.row("decode", "%d tokens: %s".formatted(decodedTokens, text(s))));
        table.row("weights read a token", Sizes.bytes(found.traffic.total()));
        table.row("memory bandwidth", Sizes.bytes((long) found.bandwidth) + "/s");
        Double share = found.share();
        if (share != null) {
            table.row(
                    "share of bandwidth",
                    String.format(Locale.ROOT, "%.0f %% while decoding", 100 * share));
        }
        terminal.out().print(table.text());
    }

    private static String text(Spread speed) {
        return String.format(
                Locale.ROOT,
                "%.1f tokens/s (%.1f to %.1f)",
                speed.median(),
                speed.least(),
                speed.most());
    }

    private Map<String, @Nullable Object> asJson(Findings found) {
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        json.put("kernels", KernelInfo.description());
        json.put("threads", found.threads);
        json.put("repeats", repeats);
        json.put("prompt_tokens", promptTokens);
        json.put(
                "prefill_tokens_per_second",
                found.speed.prefill().map(BenchCommand::asJson).orElse(null));
        json.put("decoded_tokens", decodedTokens);
        json.put(
                "decode_tokens_per_second",
                found.speed.decode().map(BenchCommand::asJson).orElse(null));
        json.put("bytes_per_token", asJson(found.traffic));
        json.put("bandwidth_bytes_per_second", found.bandwidth);
        json.put("bandwidth_share", found.share());
        return json;
    }

    private static Map<String, Object> asJson(Spread spread) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("median", spread.median());
        json.put("min", spread.least());
        json.put("max", spread.most());
        return json;
    }

    private static Map<String, Object> asJson(TokenTraffic traffic) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("total", traffic.total());
        json.put("attention", traffic.attention());
        json.put("router", traffic.router());
        json.put("experts", traffic.experts());
        json.put("shared", traffic.shared());
        json.put("dense", traffic.dense());
        json.put("norms", traffic.norms());
        json.put("embedding", traffic.embedding());
        json.put("head", traffic.head());
        return json;
    }
}
