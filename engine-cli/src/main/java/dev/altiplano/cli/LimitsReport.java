package dev.altiplano.cli;

import dev.altiplano.bench.LimitProbe;
import dev.altiplano.bench.Limits;
import dev.altiplano.bench.MachineLoad;
import dev.altiplano.bench.Spread;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The limits of the machine in words and as JSON. */
final class LimitsReport {
    private static final double GIGA = 1e9;

    private LimitsReport() {}

    /** Looks at the limits with 1, 2, 4, … threads, up to all of the probe. */
    static List<Limits> measure(LimitProbe probe, int repeats, Terminal terminal) {
        List<Limits.Log> logs = new ArrayList<>();
        for (int threads = 1; threads < probe.threads(); threads *= 2) {
            logs.add(new Limits.Log(probe, threads));
        }
        logs.add(new Limits.Log(probe));
        for (int i = 0; i < repeats; i++) {
            terminal.progress("measuring limits, %d of %d".formatted(i + 1, repeats));
            logs.forEach(Limits.Log::sample); // in turn: a disturbance meets all of them
        }
        return logs.stream().map(Limits.Log::limits).toList();
    }

    static void print(Table table, LimitProbe probe, Limits limits) {
        String threads = limits.threads() == 1 ? "1 thread" : limits.threads() + " threads";
        table.row(
                "memory bandwidth",
                giga(limits.bandwidth(), "GB/s")
                        + ", "
                        + threads
                        + (probe.isBeyondCaches()
                                ? ""
                                : "; a buffer of %s may fit a cache"
                                        .formatted(Sizes.bytes(probe.bufferBytes()))));
        table.row(
                "multiply-add peak",
                giga(limits.operations(), "GFLOP/s") + ", " + threads + ", " + probe.loops());
    }

    /** How far the limits may be trusted. */
    static void printWindow(Table table, Limits limits) {
        String load =
                limits.load()
                        .map(l ->
                                String.format(
                                        Locale.ROOT,
                                        "other processes took %.2f processors, the host %.2f",
                                        l.others(),
                                        l.stolen()))
                        .orElse("what other processes did cannot be read here");
        table.row(
                "window",
                String.format(
                        Locale.ROOT,
                        "%s: limits moved by %.0f %% and %.0f %%; %s",
                        limits.quiet() ? "quiet" : "NOT QUIET",
                        100 * limits.bandwidth().range(),
                        100 * limits.operations().range(),
                        load));
    }

    private static String giga(Spread spread, String unit) {
        return String.format(
                Locale.ROOT,
                "%.1f %s (%.1f to %.1f)",
                spread.median() / GIGA,
                unit,
                spread.least() / GIGA,
                spread.most() / GIGA);
    }

    static Map<String, @Nullable Object> json(LimitProbe probe, Limits limits) {
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        json.put("threads", limits.threads());
        json.put("loops", probe.loops());
        json.put("buffer_bytes", probe.bufferBytes());
        json.put("bandwidth_bytes_per_second", json(limits.bandwidth()));
        json.put("multiply_add_flops_per_second", json(limits.operations()));
        json.put("quiet", limits.quiet());
        json.put("other_processors", limits.load().map(MachineLoad::others).orElse(null));
        json.put("stolen_processors", limits.load().map(MachineLoad::stolen).orElse(null));
        return json;
    }

    static Map<String, Object> json(Spread spread) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("median", spread.median());
        json.put("min", spread.least());
        json.put("max", spread.most());
        return json;
    }
}
