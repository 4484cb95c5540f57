package dev.altiplano;

import static dev.altiplano.PerformanceCliff.KERNEL_ALLOCATES;
import static dev.altiplano.PerformanceCliff.KERNEL_SLOWER_THAN_SCALAR;
import static dev.altiplano.PerformanceCliff.MORE_THREADS_THAN_PROCESSORS;
import static dev.altiplano.PerformanceCliff.NO_OPTIMISING_COMPILER;
import static dev.altiplano.PerformanceCliff.OLD_JDK;
import static dev.altiplano.PerformanceCliff.SHORT_VECTORS;
import static dev.altiplano.PerformanceCliff.VECTOR_MODULE_ABSENT;
import static dev.altiplano.PerformanceCliff.WEIGHTS_EXCEED_MEMORY;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.List;

/** Each cliff is provoked, in a JVM of its own where flags do it. */
class PerformanceCheckTest {
    private static final long GIB = 1L << 30;

    @Test
    void aGoodJvmHasNoCliff() throws Exception {
        assumeTrue(Runtime.version().compareTo(Runtime.Version.parse("25.0.3")) >= 0);

        String found = report(1, Fork.VECTORS);
        for (int again = 0; again < 2 && !found.isEmpty(); again++) {
            found = report(1, Fork.VECTORS); // the compilers go another way in each JVM
        }

        assertThat(found).isEmpty();
    }

    @Test
    void theModuleOfTheVectorApiIsMissed() throws Exception {
        assertThat(report(1)).contains(VECTOR_MODULE_ABSENT + " no module jdk.incubator.vector");
    }

    @Test
    void anInterpreterIsNoticed() throws Exception {
        assertThat(report(1, Fork.VECTORS, "-Xint"))
                .contains(NO_OPTIMISING_COMPILER + " interpreted mode")
                .doesNotContain("KERNEL"); // the reason is known
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "-XX:TieredStopAtLevel=1",
                "-XX:TieredStopAtLevel=3",
                "-XX:CompilationMode=quick-only",
                "-XX:-UseCompiler"
            })
    void aMissingCompilerIsNoticed(String flag) throws Exception {
        assertThat(report(1, Fork.VECTORS, flag))
                .contains(NO_OPTIMISING_COMPILER + " mixed mode")
                .doesNotContain("KERNEL");
    }

    @Test
    void shortVectorsAreNoticed() throws Exception {
        assumeTrue(System.getProperty("os.arch").equals("amd64"));

        assertThat(report(1, Fork.VECTORS, "-XX:MaxVectorSize=16"))
                .contains(SHORT_VECTORS + " 128 bit");
    }

    @Test
    void moreThreadsThanProcessorsAreNoticed() throws Exception {
        assertThat(report(3, Fork.VECTORS, "-XX:ActiveProcessorCount=2"))
                .contains(MORE_THREADS_THAN_PROCESSORS + " 3 threads, 2 processors");
    }

    @Test
    void kernelsWithoutVectorInstructionsAreMeasured() throws Exception {
        String report =
                report(
                        1,
                        Fork.VECTORS,
                        "-XX:+UnlockExperimentalVMOptions",
                        "-XX:-EnableVectorSupport");

        assertThat(report)
                .contains(KERNEL_ALLOCATES + " register tile: ")
                .contains(KERNEL_SLOWER_THAN_SCALAR + " register tile: ")
                .contains("dot products of BF16 rows: ");
    }

    @Test
    void oneKernelThatIsNotCompiledIsNamed() throws Exception {
        String report =
                report(
                        1,
                        Fork.VECTORS,
                        "-XX:CompileCommand=quiet",
                        "-XX:CompileCommand=exclude,dev.altiplano.kernels.simd.Elements::swiGlu");

        assertThat(report)
                .contains(KERNEL_SLOWER_THAN_SCALAR + " SwiGLU: ")
                .doesNotContain("register tile");
    }

    @ParameterizedTest
    @ValueSource(strings = {"25", "25.0.1", "25.0.2+10"})
    void anOldJdkIsNoticed(String version) {
        Machine machine = machine(Runtime.Version.parse(version), 64 * GIB);

        assertThat(PerformanceCheck.settings(machine, GIB, 1))
                .containsExactly(new PerformanceFinding(OLD_JDK, "JDK " + version));
    }

    @Test
    void weightsThatDoNotFitAreNoticed() {
        Machine machine = machine(Runtime.Version.parse("25.0.3"), 64 * GIB);

        assertThat(PerformanceCheck.settings(machine, 202 * GIB, 8))
                .containsExactly(
                        new PerformanceFinding(
                                WEIGHTS_EXCEED_MEMORY,
                                "weights take 202.00 GiB, available are 64.00 GiB"));
        assertThat(PerformanceCheck.settings(machine, 64 * GIB, 8)).isEmpty();
    }

    @Test
    void theMachineOfThisTestIsDescribed() {
        Machine machine = Machine.current(512);

        assertThat(machine.compilerTier()).isEqualTo(4);
        assertThat(machine.processors()).isPositive();
        assertThat(machine.availableBytes()).isBetween(1L, Machine.totalBytes());
    }

    @Test
    void aModelHasWhatItMetAndTellsOfItOnce() {
        int processors = Runtime.getRuntime().availableProcessors();
        ModelOptions options = ModelOptions.defaults().threads(processors + 1);

        try (Llama4Model model = Llama4Model.open(Demo.FOLDER, options)) {
            List<PerformanceFinding> found = model.performanceFindings();

            assertThat(found)
                    .contains(
                            new PerformanceFinding(
                                    MORE_THREADS_THAN_PROCESSORS,
                                    "%d threads, %d processors"
                                            .formatted(processors + 1, processors)));
            assertThat(found).noneMatch(PerformanceLog::tell);
        }
    }

    @Test
    void everyCliffSaysWhatToDo() {
        assertThat(PerformanceCliff.values())
                .allSatisfy(cliff -> {
                    String text = new PerformanceFinding(cliff, "found").text();
                    assertThat(text).containsSubsequence(cliff.explanation(), "(found): ");
                    assertThat(text).endsWith(cliff.remedy());
                });
    }

    private static Machine machine(Runtime.Version version, long availableBytes) {
        return new Machine(version, "amd64", "mixed mode", 4, 256, 8, availableBytes);
    }

    private static String report(int threads, String... options) throws Exception {
        return new Fork(options)
                .run(PerformanceReport.class, Demo.FOLDER.toString(), Integer.toString(threads));
    }
}
