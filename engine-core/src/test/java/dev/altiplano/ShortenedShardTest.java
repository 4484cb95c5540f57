package dev.altiplano;

import static org.assertj.core.api.Assertions.assertThat;

import static java.util.Objects.requireNonNull;

import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

class ShortenedShardTest {
    @TempDir Path folder;

    /** At once with interpreted kernels, and after enough answers for compiled ones. */
    @ParameterizedTest
    @ValueSource(ints = {0, 60})
    void aShardCutShortInTheMiddleOfAnAnswerIsSaidInWords(int answersBefore) throws Exception {
        try (Stream<Path> files = Files.list(Demo.FOLDER)) {
            for (Path file : files.toList()) {
                Files.copy(file, folder.resolve(file.getFileName()));
            }
        }

        Process process =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "--add-modules",
                                "jdk.incubator.vector",
                                "-XX:-CreateCoredumpOnCrash",
                                "-XX:ErrorFile=" + folder.resolve("crash.log"),
                                "-cp",
                                classPath(),
                                ShortenedShard.class.getName(),
                                folder.toString(),
                                Integer.toString(answersBefore))
                        .redirectError(ProcessBuilder.Redirect.DISCARD)
                        .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(said)
                .startsWith("CheckpointException: ")
                .contains("model-00002-of-00002.safetensors");
        assertThat(process.exitValue()).isZero();
    }

    /** The modules of this JVM as a class path, and these tests. */
    private static String classPath() throws URISyntaxException, IOException {
        List<Path> modules =
                ModuleLayer.boot().configuration().modules().stream()
                        .flatMap(module -> module.reference().location().stream())
                        .filter(location -> location.getScheme().equals("file"))
                        .map(Path::of)
                        .toList();
        URI self = requireNonNull(ShortenedShard.class.getResource("ShortenedShard.class")).toURI();
        Path tests = requireNonNull(Path.of(self).getParent()).resolve("../..").toRealPath();
        return Stream.concat(modules.stream(), Stream.of(tests))
                .map(Path::toString)
                .collect(Collectors.joining(File.pathSeparator));
    }
}
