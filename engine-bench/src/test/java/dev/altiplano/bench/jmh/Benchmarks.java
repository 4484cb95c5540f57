package dev.altiplano.bench.jmh;

import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.CommandLineOptionException;
import org.openjdk.jmh.runner.options.CommandLineOptions;
import org.openjdk.jmh.runner.options.Options;
import org.openjdk.jmh.runner.options.OptionsBuilder;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;

/**
 * Runs benchmarks as JMH's own command does, with its options, and prints at the end how close each
 * came to the limits that its forks found.
 */
public final class Benchmarks {
    private Benchmarks() {}

    /**
     * Runs what the arguments name; lists the benchmarks when there are none.
     *
     * @param args as {@code java -jar benchmarks.jar} takes them
     */
    public static void main(String... args)
            throws CommandLineOptionException, RunnerException, IOException {
        CommandLineOptions given = new CommandLineOptions(args);
        if (given.shouldHelp()) {
            given.showHelp();
            return;
        }
        if (given.shouldList() || args.length == 0) {
            new Runner(given).list();
            return;
        }
        Path limits = Files.createTempFile("limits", ".tsv");
        try {
            Collection<RunResult> results = new Runner(withLimits(given, limits)).run();
            System.out.print(new Summary(results, ForkLimits.read(limits)).text());
        } finally {
            Files.delete(limits);
        }
    }

    private static Options withLimits(CommandLineOptions given, Path limits) {
        return new OptionsBuilder()
                .parent(given)
                .shouldFailOnError(true)
                .jvmArgsAppend(
                        "--add-modules=jdk.incubator.vector", "-D" + ForkLimits.FILE + "=" + limits)
                .build();
    }
}
