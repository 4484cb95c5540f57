package dev.altiplano.cli;

import dev.altiplano.bench.LimitProbe;
import dev.altiplano.bench.Limits;
import dev.altiplano.bench.MachineLoad;
import dev.altiplano.bench.Spread;

import java.util.List;
import java.util.Locale;

/** The limits of the machine for people, as rows of a table. */
final class LimitsText {
    private static final double GIGA = 1e9;

    private final Table table;
    private final LimitProbe probe;

    LimitsText(Table table, LimitProbe probe) {
        this.table = table;
        this.probe = probe;
    }

    /** What was found with each number of threads. */
    static String of(LimitProbe probe, List<Limits> limits) {
        Table table = new Table();
        LimitsText text = new LimitsText(table, probe);
        limits.forEach(text::row);
        text.window(limits.getLast());
        return table.text();
    }

    /** Both limits. */
    void row(Limits limits) {
        String threads = limits.threads() == 1 ? "1 thread" : limits.threads() + " threads";
        String cached =
                probe.isBeyondCaches()
                        ? ""
                        : "; its buffer of %s may fit a cache"
                                .formatted(Sizes.bytes(probe.bufferBytes()));
        table.row("memory bandwidth", giga(limits.bandwidth(), "GB/s") + ", " + threads + cached);
        table.row(
                "multiply-add peak",
                giga(limits.operations(), "GFLOP/s") + ", " + threads + ", " + probe.loops());
    }

    /** How far the limits may be trusted. */
    void window(Limits limits) {
        table.row(
                "window",
                String.format(
                        Locale.ROOT,
                        "%s: limits moved by %.0f %% and %.0f %%; %s",
                        limits.quiet() ? "quiet" : "NOT QUIET",
                        100 * limits.bandwidth().range(),
                        100 * limits.operations().range(),
                        limits.load().map(LimitsText::inWords).orElse("other work is not known")));
    }

    private static String inWords(MachineLoad load) {
        return String.format(
                Locale.ROOT,
                "others kept %.2f processors busy, the host took %.2f%s",
                load.others(),
                load.stolen(),
                load.diskWaits() == 0
                        ? ""
                        : "; waited %d times for the disk".formatted(load.diskWaits()));
    }

    private static String giga(Spread spread, String unit) {
        return spread.times(1 / GIGA).inWords(unit);
    }
}
