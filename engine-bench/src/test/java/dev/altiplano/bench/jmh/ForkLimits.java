package dev.altiplano.bench.jmh;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.altiplano.bench.Limits;

import org.openjdk.jmh.infra.BenchmarkParams;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * What one fork of a benchmark found about the machine. Forks are processes of their own: they
 * leave a line in a file, which the process that started them reads at the end.
 *
 * @param benchmark which benchmark it was, with its parameters
 * @param bandwidth bytes per second
 * @param operations floating-point operations per second
 * @param quiet whether nothing disturbed
 */
record ForkLimits(String benchmark, double bandwidth, double operations, boolean quiet) {
    /** System property that names the file. */
    static final String FILE = "altiplano.bench.limits";

    /** The name of a benchmark with its parameters. */
    static String name(BenchmarkParams params) {
        String full = params.getBenchmark();
        String shortName = full.substring(full.lastIndexOf('.', full.lastIndexOf('.') - 1) + 1);
        return params.getParamsKeys().stream()
                .filter(key -> !key.equals("threads") || !params.getParam(key).equals("0"))
                .map(key -> " " + key + "=" + params.getParam(key))
                .collect(Collectors.joining("", shortName, ""));
    }

    /** Adds the limits to the file, or prints them if there is none. */
    static void write(BenchmarkParams params, Limits limits) {
        ForkLimits fork =
                new ForkLimits(
                        name(params),
                        limits.bandwidth().median(),
                        limits.operations().median(),
                        limits.quiet());
        String file = System.getProperty(FILE);
        if (file == null) {
            System.out.println(fork.inWords());
        } else {
            fork.append(Path.of(file));
        }
    }

    private String inWords() {
        return String.format(
                Locale.ROOT,
                "limits: %.1f GB/s, %.1f GFLOP/s, %s",
                bandwidth / 1e9,
                operations / 1e9,
                quiet ? "quiet" : "NOT QUIET");
    }

    private void append(Path file) {
        String line = "%s\t%s\t%s\t%s\n".formatted(benchmark, bandwidth, operations, quiet);
        try {
            Files.writeString(file, line, UTF_8, StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** All lines of a file. */
    static List<ForkLimits> read(Path file) throws IOException {
        return Files.readAllLines(file, UTF_8).stream().map(ForkLimits::parse).toList();
    }

    private static ForkLimits parse(String line) {
        String[] words = line.split("\t", -1);
        return new ForkLimits(
                words[0],
                Double.parseDouble(words[1]),
                Double.parseDouble(words[2]),
                Boolean.parseBoolean(words[3]));
    }
}
