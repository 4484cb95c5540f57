package dev.altiplano;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/**
 * Thousands of forks, steps back, saves, restores, prefix hits and evictions in any order, with
 * what grows in a file: answers are those of a model that has nothing of it, bit for bit.
 *
 * <p>Blocks hold one token: then a row's bits do not depend on how it came to be read.
 */
class LongRunTest {
    private static final int OPERATIONS = 800;
    private static final int MOST_SESSIONS = 8;
    private static final int LONGEST = 420;

    @TempDir private Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"scout", "odd", "dense"})
    void nothingChangesAnAnswer(String name) {
        long seed = new Random().nextLong();
        ModelOptions plain = ModelOptions.defaults().blockSize(1).prefixCache(0).threads(1);
        try (Llama4Model reference = Llama4Model.open(Goldens.folder(name), plain);
                Llama4Model probe = Llama4Model.open(Goldens.folder(name))) {
            long page = probe.memoryPlan(1).keyValueBytes();
            ModelOptions options =
                    plain.prefixCache(12 * page)
                            .keyValueBudget(MOST_SESSIONS * 4 * page)
                            .keyValueFolder(folder.resolve("pages"), 64 * page)
                            .prefixFolder(folder.resolve("prefixes"), 20 * page);
            try (Llama4Model model = Llama4Model.open(Goldens.folder(name), options)) {
                Run run = new Run(model, reference, folder.resolve("session"), seed);
                for (int i = 0; i < OPERATIONS; i++) {
                    run.step();
                }
                run.end();

                assertThat(run.checked).as("seed %d", seed).isGreaterThan(OPERATIONS / 40);
                assertThat(run.shared).as("seed %d", seed).isPositive();
                assertThat(run.refused).as("seed %d", seed).isLessThan(OPERATIONS / 2);
                model.clearPrefixCache();
                assertThat(model.keyValueBytes()).as("seed %d", seed).isZero();
            }
        }
    }

    /** The sessions and what happens to them. */
    private static final class Run {
        final Llama4Model model;
        final Llama4Model reference;
        final Path file;
        final long seed;
        final Random random;
        final List<Session> sessions = new ArrayList<>();
        int[] saved = {};
        int checked;
        int shared;
        int refused;

        Run(Llama4Model model, Llama4Model reference, Path file, long seed) {
            this.model = model;
            this.reference = reference;
            this.file = file;
            this.seed = seed;
            this.random = new Random(seed);
        }

        void step() {
            if (sessions.isEmpty()) {
                sessions.add(model.newSession());
            }
            Session session = sessions.get(random.nextInt(sessions.size()));
            switch (random.nextInt(12)) {
                case 0 -> add(session.fork());
                case 1, 2 -> session.truncate(random.nextInt(session.length() + 1));
                case 3 -> {
                    session.save(file);
                    saved = session.tokens();
                }
                case 4 -> {
                    if (saved.length > 0) {
                        restore();
                    }
                }
                case 5 -> {
                    sessions.remove(session);
                    session.close();
                }
                case 6 -> {
                    if (random.nextInt(10) == 0) {
                        model.clearPrefixCache();
                    }
                }
                case 7 -> begin();
                default -> goOn(session, prompt(1 + random.nextInt(60)));
            }
        }

        private void add(Session session) {
            sessions.add(session);
            if (sessions.size() > MOST_SESSIONS) {
                sessions.removeFirst().close();
            }
        }

        private void restore() {
            try {
                add(model.restore(file));
                assertThat(sessions.getLast().tokens()).as("seed %d", seed).isEqualTo(saved);
            } catch (InsufficientMemoryException e) {
                refused++;
            }
        }

        /** A new session whose prompt begins like those of others. */
        private void begin() {
            int[] prompt = prompt(270 + random.nextInt(LONGEST - 270));
            int[] common = new Random(random.nextInt(3)).ints(prompt.length, 3, 200).toArray();
            System.arraycopy(common, 0, prompt, 0, 256 + random.nextInt(prompt.length - 256));
            add(model.newSession());
            goOn(sessions.getLast(), prompt);
        }

        private int[] prompt(int length) {
            return random.ints(length, 3, 200).toArray();
        }

        private void goOn(Session session, int[] prompt) {
            if (session.length() + prompt.length > LONGEST) {
                session.truncate(random.nextInt(LONGEST / 2));
            }
            int[] before = session.tokens();
            GenerationResult answer;
            try {
                answer = session.generate(scored(prompt));
            } catch (InsufficientMemoryException e) {
                refused++;
                assertThat(session.tokens()).as("seed %d", seed).isEqualTo(before);
                return;
            }
            shared += answer.prefixTokens();
            if (random.nextInt(6) == 0) {
                int[] whole = Arrays.copyOf(before, before.length + prompt.length);
                System.arraycopy(prompt, 0, whole, before.length, prompt.length);
                assertThat(answer.scores())
                        .as("seed %d, tokens %s", seed, Arrays.toString(whole))
                        .isEqualTo(reference.generate(scored(whole)).scores());
                checked++;
            }
        }

        private GenerationRequest scored(int[] ids) {
            return GenerationRequest.tokens(ids)
                    .maxTokens(3)
                    .ignoreStopTokens()
                    .logProbabilities(2)
                    .sampling(Sampling.greedy());
        }

        void end() {
            sessions.forEach(Session::close);
        }
    }
}
