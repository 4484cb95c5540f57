package dev.altiplano;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.altiplano.loader.Checkpoint;
import dev.altiplano.loader.StoredTensor;

import org.junit.jupiter.api.Test;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/** Each case in a JVM of its own, because of its flags and its locked memory. */
class WeightMemoryTest {
    private static final String ALLOWED = "--enable-native-access=ALL-UNNAMED";

    @Test
    void weightsAreLockedOrTheRefusalIsWorded() throws Exception {
        assumeTrue(Files.exists(Path.of("/proc/self/status")), "Linux tells what is locked");
        String report = report(true, Fork.VECTORS, ALLOWED);

        if (report.contains("WEIGHTS_NOT_LOCKED")) {
            assertThat(report).containsPattern("WEIGHTS_NOT_LOCKED mlock: .+ \\(E[A-Z]+\\)\n");
        } else {
            long locked = Long.parseLong(after(report, "locked kB: "));
            assertThat(locked * 1024).isGreaterThanOrEqualTo(weights());
        }
    }

    @Test
    void aJvmThatRefusesNativeAccessIsNoFailure() throws Exception {
        String plain = report(false, Fork.VECTORS);
        String refused = report(true, Fork.VECTORS, "--illegal-native-access=deny");

        assertThat(refused)
                .contains("ADVICE_REFUSED SEQUENTIAL, madvise: ")
                .contains("WEIGHTS_NOT_LOCKED mlock: ")
                .contains("locked kB: 0\n");
        assertThat(after(refused, "ids: ")).isEqualTo(after(plain, "ids: "));
    }

    @Test
    void nothingNativeIsTouchedUnlessItIsAskedFor() throws Exception {
        String off = report(false, Fork.VECTORS, "-Xlog:class+load");
        String on = report(true, Fork.VECTORS, ALLOWED, "-Xlog:class+load");

        assertThat(on).contains("dev.altiplano.SystemMemory source:");
        assertThat(off)
                .contains("dev.altiplano.WeightMemory source:")
                .doesNotContain("dev.altiplano.SystemMemory source:");
    }

    private static String report(boolean wanted, String... options) throws Exception {
        return new Fork(options)
                .run(WeightMemoryReport.class, Demo.FOLDER.toString(), Boolean.toString(wanted));
    }

    private static String after(String report, String words) {
        return Arrays.stream(report.split("\n", -1))
                .filter(line -> line.startsWith(words))
                .map(line -> line.substring(words.length()))
                .findFirst()
                .orElseThrow();
    }

    private static long weights() {
        try (Checkpoint checkpoint = Checkpoint.open(Demo.FOLDER)) {
            return checkpoint.tensors().stream().mapToLong(StoredTensor::bytes).sum();
        }
    }
}
