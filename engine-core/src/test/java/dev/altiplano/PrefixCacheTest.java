package dev.altiplano;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;

/** Prompts that begin like others. */
class PrefixCacheTest {
    /** Beginnings are taken up at multiples of 256 tokens. */
    private static final ModelOptions BLOCKS = ModelOptions.defaults().blockSize(256);

    private static final long LARGE = 64L << 20;

    @TempDir private Path folder;

    /** Block sizes that divide a page, a chunk, or nothing; prompts that end at a border. */
    @ParameterizedTest
    @CsvSource({
        "scout, 256, 1000, 768",
        "scout, 16, 1000, 768",
        "scout, 256, 512, 256",
        "maverick, 100, 1000, 768",
        "odd, 7, 800, 768",
        "dense, 256, 513, 512",
        "dense, 48, 900, 864",
        "dense, 1, 600, 512",
        "real_chunk, 256, 8300, 8192"
    })
    void aHitGivesTheSameBits(String name, int blockSize, int length, int shared) {
        int[] ids = ids(length, length);
        ModelOptions options = ModelOptions.defaults().blockSize(blockSize);
        GenerationResult plain;
        try (Llama4Model model = Llama4Model.open(Goldens.folder(name), options.prefixCache(0))) {
            plain = model.generate(scored(ids));
        }
        try (Llama4Model model =
                Llama4Model.open(Goldens.folder(name), options.prefixCache(LARGE))) {
            GenerationResult first = model.generate(scored(ids));
            GenerationResult second = model.generate(scored(ids));

            assertThat(first.prefixTokens()).isZero();
            assertThat(second.prefixTokens()).isEqualTo(shared);
            assertThat(first.scores()).isEqualTo(plain.scores());
            assertThat(second.scores()).isEqualTo(plain.scores()); // doubles, so the same bits
            assertThat(second.promptTokens()).isEqualTo(length);
        }
    }

    @Test
    void onlyTheCommonBeginningIsShared() {
        int[] one = ids(1, 1000);
        int[] two = one.clone();
        two[600]++;
        try (Llama4Model model = Llama4Model.open(Goldens.folder("dense"), BLOCKS);
                Llama4Model plain =
                        Llama4Model.open(Goldens.folder("dense"), BLOCKS.prefixCache(0))) {
            model.generate(scored(one));
            GenerationResult other = model.generate(scored(two));

            assertThat(other.prefixTokens()).isEqualTo(512);
            assertThat(other.scores()).isEqualTo(plain.generate(scored(two)).scores());
            assertThat(model.generate(scored(one)).prefixTokens()).isEqualTo(768);
            assertThat(model.generate(scored(two)).prefixTokens()).isEqualTo(768);
        }
    }

    @Test
    void fourThousandTokensAreReadOnce() {
        int[] prefix = ids(2, 4096);
        try (Llama4Model model = Llama4Model.open(Goldens.folder("real_chunk"), BLOCKS)) {
            model.generate(scored(Arrays.copyOf(prefix, 4100)));

            GenerationResult next = model.generate(scored(with(prefix, 5, 6, 7)));

            assertThat(next.promptTokens() - next.prefixTokens()).isEqualTo(3);
        }
    }

    @Test
    void whatWasDecodedIsNotShared() { // its bits are those of single tokens
        try (Llama4Model model = Llama4Model.open(Goldens.folder("dense"), BLOCKS);
                Session session = model.newSession()) {
            int[] ids = ids(3, 500);
            GenerationResult answer =
                    session.generate(
                            GenerationRequest.tokens(ids).maxTokens(100).ignoreStopTokens());
            session.generate(GenerationRequest.tokens(ids(4, 300)).maxTokens(1));

            int[] whole = Arrays.copyOf(session.tokens(), 900);

            assertThat(answer.tokens()).hasSize(100);
            assertThat(model.generate(scored(whole)).prefixTokens()).isEqualTo(256);
        }
    }

    @Test
    void aLittleCacheKeepsTheLatest() {
        try (Llama4Model probe = Llama4Model.open(Goldens.folder("dense"), BLOCKS)) {
            long page = probe.memoryPlan(256).keyValueBytes();
            ModelOptions options = BLOCKS.prefixCache(4 * page);
            try (Llama4Model model = Llama4Model.open(Goldens.folder("dense"), options)) {
                model.generate(scored(ids(1, 600))); // two pages of each layer
                model.generate(scored(ids(2, 600)));
                assertThat(model.generate(scored(ids(1, 600))).prefixTokens()).isEqualTo(512);
                model.generate(scored(ids(3, 600)));

                assertThat(model.keyValueBytes()).isEqualTo(4 * page);
                assertThat(model.generate(scored(ids(1, 600))).prefixTokens()).isEqualTo(512);
                assertThat(model.generate(scored(ids(2, 600))).prefixTokens()).isZero();
                model.clearPrefixCache();
                assertThat(model.keyValueBytes()).isZero();
            }
        }
    }

    @Test
    void aPromptBeyondTheCacheKeepsItsBeginning() {
        try (Llama4Model probe = Llama4Model.open(Goldens.folder("dense"), BLOCKS)) {
            long page = probe.memoryPlan(256).keyValueBytes();
            ModelOptions options = BLOCKS.prefixCache(2 * page);
            try (Llama4Model model = Llama4Model.open(Goldens.folder("dense"), options)) {
                model.generate(scored(ids(1, 1000)));

                assertThat(model.generate(scored(ids(1, 1000))).prefixTokens()).isEqualTo(512);
                assertThat(model.keyValueBytes()).isEqualTo(2 * page);
            }
        }
    }

    @Test
    void sessionsComeBeforeTheCache() {
        try (Llama4Model probe = Llama4Model.open(Goldens.folder("dense"), BLOCKS)) {
            long page = probe.memoryPlan(256).keyValueBytes();
            ModelOptions options = BLOCKS.keyValueBudget(5 * page).prefixCache(5 * page);
            try (Llama4Model model = Llama4Model.open(Goldens.folder("dense"), options);
                    Session session = model.newSession()) {
                model.generate(scored(ids(1, 1100))); // fills all with what is only kept
                assertThat(model.keyValueBytes()).isEqualTo(4 * page);

                session.generate(scored(ids(2, 1200)));

                assertThat(session.keyValueBytes()).isEqualTo(5 * page);
                assertThat(model.keyValueBytes()).isEqualTo(5 * page);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"scout, 1000, 768", "odd, 700, 512", "real_chunk, 700, 512"})
    void aFolderOutlivesTheProcess(String name, int length, int shared) throws IOException {
        int[] ids = ids(5, length);
        ModelOptions options = BLOCKS.prefixFolder(folder, LARGE);
        GenerationResult first;
        try (Llama4Model model = Llama4Model.open(Goldens.folder(name), options)) {
            first = model.generate(scored(ids));
        }
        try (Llama4Model model = Llama4Model.open(Goldens.folder(name), options)) {
            GenerationResult second = model.generate(scored(ids));

            assertThat(second.prefixTokens()).isEqualTo(shared);
            assertThat(second.scores()).isEqualTo(first.scores());
        }
        ModelOptions others = options.blockSize(64);
        try (Llama4Model model = Llama4Model.open(Goldens.folder(name), others)) {
            assertThat(model.generate(scored(ids)).prefixTokens()).isZero(); // other bits
        }
        damage(folder);
        try (Llama4Model model = Llama4Model.open(Goldens.folder(name), options)) {
            GenerationResult third = model.generate(scored(ids)); // and writes the files anew

            assertThat(third.prefixTokens()).isZero();
            assertThat(third.scores()).isEqualTo(first.scores());
        }
        try (Llama4Model model = Llama4Model.open(Goldens.folder(name), options)) {
            assertThat(model.generate(scored(ids)).prefixTokens()).isEqualTo(shared);
        }
    }

    private static void damage(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.toList()) {
                byte[] bytes = Files.readAllBytes(file);
                bytes[bytes.length / 2] ^= 1;
                Files.write(file, bytes);
            }
        }
    }

    @Test
    void aFullFolderKeepsTheLatest() throws IOException {
        try (Llama4Model probe = Llama4Model.open(Goldens.folder("dense"), BLOCKS)) {
            long entry = probe.memoryPlan(256).keyValueBytes();
            ModelOptions options = BLOCKS.prefixFolder(folder, 3 * entry);
            try (Llama4Model model = Llama4Model.open(Goldens.folder("dense"), options)) {
                for (int i = 0; i < 5; i++) {
                    model.generate(scored(ids(i, 300)));
                }
            }

            try (Stream<Path> files = Files.list(folder)) {
                assertThat(files).hasSize(2); // each is a little larger than its pages
            }
            try (Llama4Model model = Llama4Model.open(Goldens.folder("dense"), options)) {
                assertThat(model.generate(scored(ids(4, 300))).prefixTokens()).isEqualTo(256);
                assertThat(model.generate(scored(ids(0, 300))).prefixTokens()).isZero();
            }
        }
    }

    @Test
    void manyThreadsShareBeginnings() throws Exception {
        try (Llama4Model model =
                        Llama4Model.open(Goldens.folder("scout"), BLOCKS.prefixCache(LARGE));
                Llama4Model plain =
                        Llama4Model.open(Goldens.folder("scout"), BLOCKS.prefixCache(0));
                ExecutorService threads = Executors.newFixedThreadPool(6)) {
            List<int[]> prompts = new ArrayList<>();
            for (int i = 0; i < 40; i++) {
                int[] prompt = ids(i % 3, 900);
                prompt[200 + i * 17]++;
                prompts.add(prompt);
            }
            List<Future<GenerationResult>> answers =
                    prompts.stream()
                            .map(ids -> threads.submit(() -> model.generate(scored(ids))))
                            .toList();

            int shared = 0;
            for (int i = 0; i < prompts.size(); i++) {
                GenerationResult answer = answers.get(i).get();
                shared += answer.prefixTokens();
                assertThat(answer.scores())
                        .isEqualTo(plain.generate(scored(prompts.get(i))).scores());
            }
            assertThat(shared).isPositive();
            model.clearPrefixCache();
            assertThat(model.keyValueBytes()).isZero();
        }
    }

    private static int[] with(int[] ids, int... more) {
        int[] all = Arrays.copyOf(ids, ids.length + more.length);
        System.arraycopy(more, 0, all, ids.length, more.length);
        return all;
    }

    private static int[] ids(int seed, int length) {
        return new Random(seed).ints(length, 3, 200).toArray();
    }

    private static GenerationRequest scored(int[] ids) {
        return GenerationRequest.tokens(ids)
                .maxTokens(5)
                .ignoreStopTokens()
                .logProbabilities(3)
                .sampling(Sampling.greedy());
    }
}
