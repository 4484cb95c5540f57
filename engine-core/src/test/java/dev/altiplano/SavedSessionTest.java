package dev.altiplano;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.altiplano.kernels.KvType;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;

class SavedSessionTest {
    private static final Message COW = Message.user("What does a cow say?");
    private static final Message DUCK = Message.user("What does a duck say?");

    @TempDir private Path folder;

    /** In a chunk, at its border, at the end of a page; with every type of keys and values. */
    @ParameterizedTest
    @CsvSource({
        "scout, 100, F32",
        "scout, 128, BF16",
        "maverick, 300, FP8",
        "odd, 256, F32",
        "dense, 600, FP8",
        "bias, 1, BF16",
        "real_chunk, 8192, F32"
    })
    void aRestoredSessionGoesOnAsTheSavedOne(String name, int length, KvType type) {
        Path file = folder.resolve("session");
        ModelOptions options = ModelOptions.defaults().keyValueType(type);
        List<GenerationResult.Scores> expected;
        try (Llama4Model model = Llama4Model.open(Goldens.folder(name), options);
                Session session = model.newSession()) {
            session.generate(scored(ids(length)).maxTokens(0));
            session.save(file);
            expected = session.generate(scored(7, 8)).scores();
        }

        try (Llama4Model model = Llama4Model.open(Goldens.folder(name), options);
                Session session = model.restore(file)) {
            assertThat(session.tokens()).isEqualTo(ids(length));
            GenerationResult answer = session.generate(scored(7, 8));

            assertThat(answer.scores()).isEqualTo(expected); // doubles: the same bits
            assertThat(answer.cachedTokens()).isEqualTo(length);
        }
    }

    @Test
    void aSaveAtAChunkBorderHoldsTheFullLayersOnly() throws IOException {
        Path file = folder.resolve("session");
        try (Llama4Model model = Llama4Model.open(Goldens.folder("real_chunk"));
                Session session = model.newSession()) {
            session.generate(scored(ids(8192)).maxTokens(0));
            session.save(file);

            long full = model.memoryPlan(8192).keyValueBytesPerTokenLater() * 8192;
            assertThat(Files.size(file)).isBetween(full, full + 50_000); // and four bytes a token
            assertThat(session.keyValueBytes()).isEqualTo(4 * full);
        }
    }

    @Test
    void aConversationGoesOnAndBack() {
        Path file = folder.resolve("session");
        try (Llama4Model model = Llama4Model.open(Demo.FOLDER)) {
            int afterCow;
            GenerationResult duck;
            try (Session session = model.newSession()) {
                session.generate(chat(COW));
                afterCow = session.length();
                session.save(file);
                duck = session.generate(chat(DUCK));
                session.save(file); // replaces the file
            }

            try (Session session = model.restore(file)) {
                assertThat(session.generate(chat(COW)).cachedTokens()).isPositive();
                session.truncate(afterCow);
                GenerationResult again = session.generate(chat(DUCK));
                assertThat(again.text()).isEqualTo(duck.text());
                assertThat(again.cachedTokens()).isEqualTo(duck.cachedTokens());
            }
        }
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files).containsExactly(file); // nothing half-written is left
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void messagesWithCallsOfFunctionsAreKept() {
        Path file = folder.resolve("session");
        ToolCall call =
                new ToolCall("look", Map.of("where", List.of("a", 1, 2.5, true), "n", 1L << 40));
        try (Llama4Model model = Llama4Model.open(Demo.FOLDER);
                Session session = model.newSession()) {
            session.generate(chat(COW, Message.assistant("", List.of(call)), Message.tool("moo")));
            session.save(file);
            GenerationResult next = session.generate(chat(DUCK));

            try (Session restored = model.restore(file)) {
                GenerationResult again = restored.generate(chat(DUCK));
                assertThat(again.text()).isEqualTo(next.text());
                assertThat(again.cachedTokens()).isEqualTo(next.cachedTokens());
            }
        }
    }

    @Test
    void filesOfOtherModelsAreRefused() {
        Path file = folder.resolve("session");
        try (Llama4Model model = Llama4Model.open(Goldens.folder("scout"));
                Session session = model.newSession()) {
            session.generate(scored(ids(20)).maxTokens(0));
            session.save(file);
        }

        try (Llama4Model other = Llama4Model.open(Goldens.folder("maverick"))) {
            assertThatThrownBy(() -> restore(other, file))
                    .isInstanceOf(SessionFileException.class)
                    .hasMessageContaining("was saved with [")
                    .hasMessageContaining("checkpoint or type of keys and values is another one");
        }
        ModelOptions bf16 = ModelOptions.defaults().keyValueType(KvType.BF16);
        try (Llama4Model other = Llama4Model.open(Goldens.folder("scout"), bf16)) {
            assertThatThrownBy(() -> restore(other, file))
                    .isInstanceOf(SessionFileException.class)
                    .hasMessageContaining("F32 keys and values");
        }
    }

    @Test
    void filesThatAreNoneAreRefused() throws IOException {
        Path missing = folder.resolve("missing");
        Path empty = Files.createFile(folder.resolve("empty"));
        Path text = Files.writeString(folder.resolve("text"), "a text that is long enough for one");
        Path newer = Files.writeString(folder.resolve("newer"), "ALTIKV02" + "x".repeat(40));
        try (Llama4Model model = Llama4Model.open(Goldens.folder("scout"))) {
            assertThatThrownBy(() -> restore(model, missing))
                    .isInstanceOf(UncheckedIOException.class)
                    .hasMessageContaining("missing: cannot be read");
            assertThatThrownBy(() -> restore(model, empty))
                    .isInstanceOf(SessionFileException.class)
                    .hasMessageEndingWith(
                            "does not begin with ALTIKV: it was not written by Altiplano");
            assertThatThrownBy(() -> restore(model, text))
                    .isInstanceOf(SessionFileException.class)
                    .hasMessageContaining("does not begin with ALTIKV");
            assertThatThrownBy(() -> restore(model, newer))
                    .isInstanceOf(SessionFileException.class)
                    .hasMessageContaining("has version 02, expected 01");
        }
    }

    /**
     * One byte changed, a piece cut off or doubled: always a clear error, never a wrong session.
     */
    @Test
    void damagedFilesAreRefused() throws IOException {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        Path file = folder.resolve("session");
        Path damaged = folder.resolve("damaged");
        try (Llama4Model model = Llama4Model.open(Goldens.folder("scout"));
                Session session = model.newSession()) {
            session.generate(scored(ids(40)).maxTokens(3));
            session.save(file);
            byte[] whole = Files.readAllBytes(file);
            long before = model.keyValueBytes();

            for (int i = 0; i < 400; i++) {
                Files.write(damaged, mutated(whole, random, i));

                assertThatThrownBy(() -> restore(model, damaged))
                        .as("seed %d, mutation %d", seed, i)
                        .isInstanceOf(SessionFileException.class)
                        .hasMessageContaining("damaged: ");
                assertThat(model.keyValueBytes()).isEqualTo(before);
            }
            Files.write(damaged, whole);
            restore(model, damaged);
        }
    }

    private static byte[] mutated(byte[] whole, Random random, int kind) {
        byte[] bytes = whole.clone();
        // every byte of the front and many of the header; then anywhere
        int at = kind < 24 ? kind : random.nextInt(kind % 2 == 0 ? 1000 : bytes.length);
        switch (kind % 4) {
            case 0, 1 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
            case 2 -> bytes[at] = (byte) (bytes[at] == -1 ? 0 : -1);
            default -> bytes = java.util.Arrays.copyOf(bytes, at + (at % 2) * bytes.length / 2);
        }
        return bytes;
    }

    @Test
    void aFailedSaveLeavesTheOldFile() throws IOException {
        Path file = folder.resolve("none/session");
        try (Llama4Model model = Llama4Model.open(Goldens.folder("scout"));
                Session session = model.newSession()) {
            session.generate(scored(ids(20)).maxTokens(0));

            assertThatThrownBy(() -> session.save(file))
                    .isInstanceOf(UncheckedIOException.class)
                    .hasMessageContaining("cannot be written");

            assertThat(session.generate(scored(1)).tokens()).hasSize(5);
        }
    }

    @Test
    void aSessionThatDoesNotFitIsRefused() {
        Path file = folder.resolve("session");
        try (Llama4Model model = Llama4Model.open(Goldens.folder("dense"));
                Session session = model.newSession()) {
            session.generate(scored(ids(600)).maxTokens(0));
            session.save(file);
            long half = session.keyValueBytes() / 2;
            ModelOptions small = ModelOptions.defaults().keyValueBudget(half);
            try (Llama4Model tight = Llama4Model.open(Goldens.folder("dense"), small)) {
                assertThatThrownBy(() -> restore(tight, file))
                        .isInstanceOf(InsufficientMemoryException.class);
                assertThat(tight.keyValueBytes()).isZero();
            }
        }
    }

    private static void restore(Llama4Model model, Path file) {
        model.restore(file).close();
    }

    private static int[] ids(int length) {
        return new Random(length).ints(length, 3, 200).toArray();
    }

    private static GenerationRequest scored(int... ids) {
        return GenerationRequest.tokens(ids)
                .maxTokens(5)
                .ignoreStopTokens()
                .logProbabilities(3)
                .sampling(Sampling.greedy());
    }

    private static GenerationRequest chat(Message... messages) {
        return GenerationRequest.chat(messages).sampling(Sampling.greedy());
    }
}
