package dev.altiplano;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.altiplano.generate.Sequence;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** What must not change a result: how a prompt is cut, threads, what ran before, who else asks. */
class LawsTest {
    @ParameterizedTest
    @ValueSource(strings = {"scout", "maverick", "odd", "top2", "dense"})
    void anyCutOfAPromptGivesTheSameLogits(String name) {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        int[] ids = prompt(random, 90);
        List<float[]> whole = logits(name, ModelOptions.defaults(), ids, new int[] {90});

        for (int run = 0; run < 6; run++) {
            int[] cut = run == 0 ? ones(90) : cut(random, 90);
            ModelOptions options = ModelOptions.defaults().blockSize(1 + random.nextInt(64));

            List<float[]> pieces = logits(name, options, ids, cut);

            for (int i = 0; i < pieces.size(); i++) {
                // single tokens use another kernel, whose sums run in another order
                assertThat(pieces.get(i))
                        .as("seed %d, cut %s, token %d", seed, Arrays.toString(cut), i)
                        .containsExactly(whole.get(i), within(1e-5f * scale(whole.get(i))));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"scout", "maverick", "odd", "top2", "dense"})
    void anyNumberOfThreadsGivesTheSameBits(String name) {
        long seed = new Random().nextLong();
        int[] ids = prompt(new Random(seed), 70);
        int[] cut = {33, 1, 1, 1, 34};
        List<float[]> one = logits(name, ModelOptions.defaults().threads(1), ids, cut);

        for (int threads : new int[] {2, 3, 8}) {
            List<float[]> several =
                    logits(name, ModelOptions.defaults().threads(threads), ids, cut);

            for (int i = 0; i < one.size(); i++) {
                assertThat(several.get(i))
                        .as("seed %d, token %d", seed, i)
                        .containsExactly(one.get(i));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"scout", "maverick", "odd"})
    void whatRanBeforeDoesNotMatter(String name) {
        int[] ids = prompt(new Random(1), 40);
        GenerationRequest request = greedy(ids);
        try (Llama4Model model = Llama4Model.open(Goldens.folder(name))) {
            GenerationResult first = model.generate(request);
            model.generate(greedy(prompt(new Random(2), 55)));

            GenerationResult second = model.generate(request);

            assertThat(second.tokens()).isEqualTo(first.tokens());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"scout", "maverick", "odd"})
    void aSessionContinuedEqualsTheWholePromptAtOnce(String name) {
        int[] ids = prompt(new Random(3), 60);
        try (Llama4Model model = Llama4Model.open(Goldens.folder(name));
                Session session = model.newSession()) {
            GenerationResult begun = session.generate(greedy(Arrays.copyOf(ids, 25)));
            GenerationResult continued = session.generate(greedy(Arrays.copyOfRange(ids, 25, 60)));

            int[] whole = new int[60 + begun.tokens().size()];
            System.arraycopy(ids, 0, whole, 0, 25);
            for (int i = 0; i < begun.tokens().size(); i++) {
                whole[25 + i] = begun.tokens().get(i);
            }
            System.arraycopy(ids, 25, whole, 25 + begun.tokens().size(), 35);
            assertThat(continued.tokens()).isEqualTo(model.generate(greedy(whole)).tokens());
            assertThat(continued.promptTokens())
                    .isEqualTo(36); // the last answered token is read now
            assertThat(continued.cachedTokens()).isEqualTo(25 + begun.tokens().size() - 1);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"scout", "maverick"})
    void requestsFromManyThreadsEqualOneAfterTheOther(String name)
            throws InterruptedException, ExecutionException {
        try (Llama4Model model = Llama4Model.open(Goldens.folder(name));
                ExecutorService threads = Executors.newFixedThreadPool(8)) {
            List<GenerationRequest> requests = new ArrayList<>();
            for (int i = 0; i < 24; i++) {
                requests.add(
                        GenerationRequest.tokens(prompt(new Random(i), 5 + i))
                                .maxTokens(12)
                                .ignoreStopTokens()
                                .sampling(Sampling.defaults().temperature(1).seed(i)));
            }
            List<Future<GenerationResult>> answers = new ArrayList<>();
            for (GenerationRequest request : requests) {
                answers.add(threads.submit(() -> model.generate(request)));
            }

            for (int i = 0; i < requests.size(); i++) {
                assertThat(answers.get(i).get().tokens())
                        .isEqualTo(model.generate(requests.get(i)).tokens());
            }
        }
    }

    private static GenerationRequest greedy(int[] ids) {
        return GenerationRequest.tokens(ids)
                .maxTokens(20)
                .ignoreStopTokens()
                .sampling(Sampling.greedy());
    }

    /** Logits after every token when the prompt is read in pieces. */
    private static List<float[]> logits(String name, ModelOptions options, int[] ids, int[] cut) {
        List<float[]> all = new ArrayList<>();
        try (Llama4Model model = Llama4Model.open(Goldens.folder(name), options);
                Sequence sequence = model.newSequence()) {
            int from = 0;
            for (int piece : cut) {
                sequence.append(Arrays.copyOfRange(ids, from, from + piece));
                sequence.readAll(
                        true,
                        (position, rows) -> {
                            for (int r = 0; r < rows.count(); r++) {
                                int at = rows.offset(r);
                                all.add(Arrays.copyOfRange(rows.data(), at, at + rows.width()));
                            }
                        });
                from += piece;
            }
        }
        assertThat(all).hasSize(ids.length);
        return all;
    }

    private static float scale(float[] row) {
        float scale = 1;
        for (float value : row) {
            scale = Math.max(scale, Math.abs(value));
        }
        return scale;
    }

    private static int[] prompt(Random random, int length) {
        return random.ints(length, 3, 300).toArray();
    }

    private static int[] ones(int length) {
        int[] ones = new int[length];
        Arrays.fill(ones, 1);
        return ones;
    }

    private static int[] cut(Random random, int length) {
        List<Integer> pieces = new ArrayList<>();
        for (int rest = length; rest > 0; ) {
            int piece = Math.min(rest, 1 + random.nextInt(40));
            pieces.add(piece);
            rest -= piece;
        }
        return pieces.stream().mapToInt(Integer::intValue).toArray();
    }
}
