package dev.altiplano;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.file.Files;
import java.nio.file.Path;
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

        String said =
                new Fork(
                                Fork.VECTORS,
                                "-XX:-CreateCoredumpOnCrash",
                                "-XX:ErrorFile=" + folder.resolve("crash.log"))
                        .run(
                                ShortenedShard.class,
                                folder.toString(),
                                Integer.toString(answersBefore));

        assertThat(said)
                .startsWith("CheckpointException: ")
                .contains("model-00002-of-00002.safetensors");
    }
}
