package dev.altiplano.cli;

import dev.altiplano.Llama4Model;
import dev.altiplano.bench.ReadBandwidth;
import dev.altiplano.bench.SpeedRun;
import dev.altiplano.bench.Spread;
import dev.altiplano.bench.TokenTraffic;
import dev.altiplano.kernels.KernelInfo;
import dev.altiplano.loader.Checkpoint;

import org.jspecify.annotations.Nullable;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

import java.util.LinkedHashMap;
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

    @Mixin private final ModelArgument model = new ModelArgument();

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
        SpeedRun measured = Usage.check(() -> new SpeedRun(promptTokens, decodedTokens, repeats));
        model.options();
        TokenTraffic traffic;
        try (Checkpoint checkpoint = Checkpoint.open(model.folder())) {
            traffic = TokenTraffic.of(checkpoint.text(), checkpoint.config());
        }
        SpeedRun.Speed speed;
        try (Llama4Model opened = model.open()) {
            speed = measured.run(opened, terminal::progress);
        }
        terminal.progress("measuring memory");
        double bandwidth = ReadBandwidth.measure(model.threads());
        terminal.endProgress();
        Findings findings = new Findings(model.threads(), traffic, bandwidth, speed);
        if (json) {
            terminal.out().println(Json.pretty(asJson(findings)));
        } else {
            print(findings);
        }
        return ExitCode.FINE;
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
