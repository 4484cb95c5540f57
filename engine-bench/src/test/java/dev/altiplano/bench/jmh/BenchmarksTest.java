package dev.altiplano.bench.jmh;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;

/** Every benchmark runs, with the smallest parameters, and finds its own results right. */
class BenchmarksTest {
    private static final int BENCHMARKS = 19;

    @TempDir private Path folder;

    @Test
    void allRunAndComputeWhatTheyShould() throws RunnerException, IOException {
        Path limits = Files.createFile(folder.resolve("limits"));
        System.setProperty(ForkLimits.FILE, limits.toString());
        System.setProperty("altiplano.bench.memory", "1048576");

        Collection<RunResult> results =
                new Runner(
                                new OptionsBuilder()
                                        .include("dev.altiplano.bench.jmh")
                                        .param("threads", "2")
                                        .param("shape", "SMALL", "SMALL_EXPERT")
                                        .param("format", "BF16")
                                        .param("rows", "5")
                                        .param("depth", "300")
                                        .param("type", "BF16")
                                        .param("scores", "100")
                                        .param("model", "DEMO")
                                        .param("tiles", "2")
                                        .param("edge", "2")
                                        .param("width", "40")
                                        .forks(0)
                                        .warmupIterations(0)
                                        .measurementIterations(1)
                                        .measurementTime(TimeValue.milliseconds(1))
                                        .verbosity(VerboseMode.SILENT)
                                        .shouldFailOnError(true) // a wrong result is one
                                        .build())
                        .run();

        assertThat(results.stream().map(r -> r.getParams().getBenchmark()).distinct())
                .hasSize(BENCHMARKS);
        String summary = new Summary(results, ForkLimits.read(limits)).text();
        assertThat(summary)
                .contains("MatVecBenchmark.multiply format=BF16 shape=SMALL threads=2")
                .containsPattern(" GB/s, [0-9]+ % of [0-9.]+ GB/s\n")
                .containsPattern(" GFLOP/s, [0-9]+ % of [0-9.]+ GFLOP/s\n")
                .contains(" G elements/s\n", " tokens/s\n", " us/op\n");
    }
}
