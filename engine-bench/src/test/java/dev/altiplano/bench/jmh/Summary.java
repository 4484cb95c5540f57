package dev.altiplano.bench.jmh;

import dev.altiplano.bench.Spread;

import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;

import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/**
 * Rates beside the limits of the same forks, for people.
 *
 * @param results of all benchmarks
 * @param forks of all benchmarks
 */
record Summary(Collection<RunResult> results, List<ForkLimits> forks) {
    private static final double GIGA = 1e9;

    String text() {
        StringBuilder text = new StringBuilder("\n");
        for (RunResult result : results) {
            String name = ForkLimits.name(result.getParams());
            List<ForkLimits> own =
                    forks.stream().filter(fork -> fork.benchmark().equals(name)).toList();
            boolean quiet = own.stream().allMatch(ForkLimits::quiet);
            text.append(name).append(quiet ? "\n" : " (NOT QUIET)\n");
            if (result.getSecondaryResults().isEmpty()) {
                text.append(time(result.getPrimaryResult()));
            }
            for (Result<?> counter : result.getSecondaryResults().values()) {
                text.append(rate(counter, own));
            }
        }
        return text.toString();
    }

    private static String time(Result<?> result) {
        return "    %s %s\n".formatted(spread(result, 1), result.getScoreUnit());
    }

    private static String rate(Result<?> counter, List<ForkLimits> forks) {
        return switch (counter.getLabel()) {
            case "bytes" ->
                    "    %s GB/s%s\n"
                            .formatted(
                                    spread(counter, GIGA),
                                    share(counter, forks, ForkLimits::bandwidth, "GB/s"));
            case "flops" ->
                    "    %s GFLOP/s%s\n"
                            .formatted(
                                    spread(counter, GIGA),
                                    share(counter, forks, ForkLimits::operations, "GFLOP/s"));
            case "elements" -> "    %s G elements/s\n".formatted(spread(counter, GIGA));
            default -> "    %s %s/s\n".formatted(spread(counter, 1), counter.getLabel());
        };
    }

    private static String spread(Result<?> result, double unit) {
        return String.format(
                Locale.ROOT,
                "%.2f (%.2f to %.2f)",
                result.getScore() / unit,
                result.getStatistics().getMin() / unit,
                result.getStatistics().getMax() / unit);
    }

    private static String share(
            Result<?> counter,
            List<ForkLimits> forks,
            ToDoubleFunction<ForkLimits> limit,
            String unit) {
        if (forks.isEmpty()) {
            return "";
        }
        double median = Spread.of(forks.stream().mapToDouble(limit).toArray()).median();
        return String.format(
                Locale.ROOT,
                ", %.0f %% of %.1f %s",
                100 * counter.getScore() / median,
                median / GIGA,
                unit);
    }
}
