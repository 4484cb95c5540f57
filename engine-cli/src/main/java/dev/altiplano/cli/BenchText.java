package dev.altiplano.cli;

import dev.altiplano.bench.RooflineReport;
import dev.altiplano.bench.SpeedRun.Speed;
import dev.altiplano.bench.Spread;
import dev.altiplano.bench.TokenCost;
import dev.altiplano.kernels.KernelInfo;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The results of a measurement for people. */
final class BenchText {
    private static final double GIGA = 1e9;

    private final BenchResults results;
    private final RooflineReport report;
    private final Table table = new Table();

    private BenchText(BenchResults results) {
        this.results = results;
        report = results.report();
    }

    static String of(BenchResults results) {
        BenchText text = new BenchText(results);
        text.machine();
        text.weights();
        for (Speed speed : results.report().outcome().speeds()) {
            text.speed(speed);
        }
        return text.table.text();
    }

    private void machine() {
        table.row(
                "machine", "%s, %d threads".formatted(KernelInfo.description(), results.threads()));
        KernelInfo.slowReason().ifPresent(reason -> table.row("", "slow: " + reason));
        LimitsText limits = new LimitsText(table, results.probe());
        limits.row(report.outcome().limits());
        limits.window(report.outcome().limits());
    }

    private void weights() {
        if (results.exceedsMemory()) {
            table.row(
                    "weights",
                    "%s, more than the memory of %s: reading from the disk was measured, too"
                            .formatted(
                                    Sizes.bytes(results.memory().weightBytes()),
                                    Sizes.bytes(results.memory().availableBytes())));
        }
        TokenCost bytes = report.work().weightBytes();
        table.row("weights read a token", Sizes.bytes(bytes.total()));
        table.row("", byRole(bytes));
    }

    private static String byRole(TokenCost bytes) {
        List<String> parts = new ArrayList<>();
        bytes.byRole()
                .forEach((role, count) -> {
                    if (count > 0) {
                        parts.add(role + " " + Sizes.bytes(count));
                    }
                });
        return String.join(", ", parts);
    }

    private void speed(Speed speed) {
        if (report.run().depths().size() > 1 || speed.depth() > 0) {
            table.gap();
            table.row("behind tokens", Integer.toString(speed.depth()));
        }
        prefill(speed);
        decode(speed);
        if (results.isPart()) {
            whole(speed);
        }
    }

    private void prefill(Speed speed) {
        speed.prefill()
                .ifPresent(rate -> {
                    table.row(
                            "prefill",
                            rate("%d tokens".formatted(report.run().promptTokens()), rate));
                    double operations =
                            report.run()
                                    .prompt(speed.depth())
                                    .map(report.work()::prefillOperations)
                                    .orElse(0.0);
                    table.row(
                            "share of peak",
                            String.format(
                                    Locale.ROOT,
                                    "%s, %.3g GFLOP a token",
                                    percent(report.prefillShare(speed)),
                                    operations / GIGA));
                });
    }

    private void decode(Speed speed) {
        speed.decode()
                .ifPresent(rate -> {
                    table.row(
                            "decode",
                            rate("%d tokens".formatted(report.run().decodedTokens()), rate));
                    double keyValues =
                            report.run()
                                    .answer(speed.depth())
                                    .map(report.work()::keyValueBytes)
                                    .orElse(0.0);
                    table.row(
                            "share of bandwidth",
                            "%s, with %s of keys and values a token"
                                    .formatted(
                                            percent(report.decodeShare(speed)),
                                            Sizes.bytes(Math.round(keyValues))));
                });
    }

    private void whole(Speed speed) {
        int layers = results.wholeLayers();
        List<String> speeds = new ArrayList<>();
        report.prefillWithLayers(speed, layers).ifPresent(s -> speeds.add("prefill " + number(s)));
        report.decodeWithLayers(speed, layers).ifPresent(s -> speeds.add("decode " + number(s)));
        table.row(
                "with %d layers".formatted(layers),
                "about " + String.join(", ", speeds) + " tokens/s");
    }

    private static String rate(String what, Spread speed) {
        return "%s: %s tokens/s (%s to %s)"
                .formatted(
                        what, number(speed.median()), number(speed.least()), number(speed.most()));
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, value < 1 ? "%.3f" : "%.1f", value);
    }

    private static String percent(Optional<Double> share) {
        return String.format(Locale.ROOT, "%.0f %%", 100 * share.orElse(0.0));
    }
}
