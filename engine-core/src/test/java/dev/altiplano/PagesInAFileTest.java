package dev.altiplano;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;

/** What grows with a sequence may live in a file. */
class PagesInAFileTest {
    @TempDir private Path folder;

    @Test
    void answersAreTheSameAndTheFileGoes() throws IOException {
        int[] ids = new Random(1).ints(1200, 3, 200).toArray();
        ModelOptions inFile = ModelOptions.defaults().keyValueFolder(folder, 64L << 20);
        try (Llama4Model plain = Llama4Model.open(Goldens.folder("scout"));
                Llama4Model model = Llama4Model.open(Goldens.folder("scout"), inFile);
                Session session = model.newSession()) {
            List<GenerationResult.Scores> expected = plain.generate(scored(ids)).scores();

            assertThat(session.generate(scored(ids)).scores()).isEqualTo(expected);
            assertThat(model.generate(scored(ids)).scores()).isEqualTo(expected); // prefix hit
            try (Session fork = session.fork()) {
                session.truncate(700);
                assertThat(fork.generate(scored(1)).tokens())
                        .isEqualTo(afterwards(plain, ids, expected));
            }
            long full = model.memoryPlan(1024).keyValueBytesPerTokenLater() * 1024;
            assertThat(sizes(folder)).isGreaterThan(full).isLessThan(8 * full);
            assertThat(model.memoryPlan(1200).keyValueBytes())
                    .isLessThan(plain.memoryPlan(1200).keyValueBytes() - full);
        }
        assertThat(sizes(folder)).isEqualTo(-1);
    }

    private static List<Integer> afterwards(
            Llama4Model model, int[] ids, List<GenerationResult.Scores> answered) {
        try (Session session = model.newSession()) {
            List<Integer> tokens = session.generate(scored(ids)).tokens();
            assertThat(tokens).hasSize(answered.size());
            return session.generate(scored(1)).tokens();
        }
    }

    @Test
    void aFileLeftByADeadProcessIsDeletedAndOneInUseIsNot() throws IOException {
        Path left = Files.createFile(folder.resolve("altiplano-pages-of-a-dead-one.kv"));
        Path other = Files.createFile(folder.resolve("something-else.kv"));
        ModelOptions inFile = ModelOptions.defaults().keyValueFolder(folder, 1 << 20);

        try (Llama4Model first = Llama4Model.open(Goldens.folder("scout"), inFile);
                Llama4Model second = Llama4Model.open(Goldens.folder("scout"), inFile)) {
            assertThat(left).doesNotExist();
            assertThat(other).exists();
            try (Stream<Path> files = Files.list(folder)) {
                assertThat(files).hasSize(3);
            }
            assertThat(first.generate(scored(5)).tokens())
                    .isEqualTo(second.generate(scored(5)).tokens());
        }
    }

    @Test
    void aFullFileIsRefusedInWords() {
        ModelOptions inFile = ModelOptions.defaults().keyValueFolder(folder, 64 << 10);
        try (Llama4Model model = Llama4Model.open(Goldens.folder("scout"), inFile)) {
            int[] ids = new Random(1).ints(5000, 3, 200).toArray();

            assertThatThrownBy(() -> model.generate(scored(ids)))
                    .isInstanceOf(InsufficientMemoryException.class)
                    .hasMessageContaining("more bytes of keys and values are needed");
        }
    }

    @Test
    void aFolderThatCannotBeIsRefused() throws IOException {
        Path file = Files.createFile(folder.resolve("file"));
        ModelOptions inFile = ModelOptions.defaults().keyValueFolder(file, 1 << 20);

        assertThatThrownBy(() -> Llama4Model.open(Goldens.folder("scout"), inFile))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining("cannot hold keys and values");
    }

    /** Bytes of the page files; -1 for none. */
    private static long sizes(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            List<Path> found = files.toList();
            long size = found.isEmpty() ? -1 : 0;
            for (Path file : found) {
                size += Files.size(file);
            }
            return size;
        }
    }

    private static GenerationRequest scored(int... ids) {
        return GenerationRequest.tokens(ids)
                .maxTokens(5)
                .ignoreStopTokens()
                .logProbabilities(3)
                .sampling(Sampling.greedy());
    }
}
