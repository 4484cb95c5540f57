package dev.altiplano;

import static org.assertj.core.api.Assertions.assertThat;

import dev.altiplano.GenerationResult.Scores;

import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;

/** Sessions that decode together get the same bits as alone. */
class BatchingTest {
    private static final int SESSIONS = 12;

    @TempDir Path folder;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "scout",
                "maverick",
                "odd",
                "top2",
                "dense",
                "q_fbgemm",
                "q_fp8_block",
                "q_int8",
                "q_int4_asym",
                "q_modelopt_nvfp4"
            })
    void answersMadeTogetherAreThoseMadeAlone(String name) throws Exception {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        ModelOptions options = ModelOptions.defaults().threads(1 + random.nextInt(3));
        List<GenerationRequest> requests =
                IntStream.range(0, SESSIONS).mapToObj(i -> request(random)).toList();
        List<GenerationResult> alone = new ArrayList<>();
        List<GenerationResult> together;
        try (Llama4Model model = Llama4Model.open(Goldens.folder(name), options)) {
            requests.forEach(request -> alone.add(model.generate(request)));
            together = allAtOnce(model, requests);
        }

        for (int i = 0; i < SESSIONS; i++) {
            assertThat(together.get(i).tokens())
                    .as("seed %d, request %d", seed, i)
                    .isEqualTo(alone.get(i).tokens());
            assertThat(together.get(i).scores()) // logits to the last bit
                    .as("seed %d, request %d", seed, i)
                    .extracting(Scores::best)
                    .isEqualTo(alone.get(i).scores().stream().map(Scores::best).toList());
        }
    }

    /** A prompt shorter than a block or longer, an answer, a way to choose. */
    private static GenerationRequest request(Random random) {
        int[] prompt = random.ints(1 + random.nextInt(60), 3, 300).toArray();
        return GenerationRequest.tokens(prompt)
                .maxTokens(10 + random.nextInt(30))
                .ignoreStopTokens()
                .logProbabilities(3)
                .sampling(
                        random.nextBoolean()
                                ? Sampling.greedy()
                                : Sampling.defaults().temperature(1).seed(random.nextLong()));
    }

    @Test
    void severalSessionsShareSteps() throws Exception {
        Path file = folder.resolve("recording.jfr");
        try (Recording recording = new Recording();
                Llama4Model model = Llama4Model.open(Demo.FOLDER)) {
            recording.enable("altiplano.Decode");
            recording.start();
            allAtOnce(model, IntStream.range(0, 4).mapToObj(i -> tokens(1, 200)).toList());
            recording.stop();
            recording.dump(file);
        }
        List<Integer> sequences =
                RecordingFile.readAllEvents(file).stream().map(BatchingTest::sequences).toList();

        assertThat(sequences.stream().mapToInt(Integer::intValue).sum()).isEqualTo(4 * 200);
        // at the beginning and at the end some are alone
        assertThat(sequences.size()).isLessThan(4 * 200 / 2);
        assertThat(sequences).allMatch(n -> n >= 1 && n <= 4);
    }

    private static int sequences(RecordedEvent step) {
        return step.getInt("sequences");
    }

    @Test
    void aLongPromptDoesNotHoldUpAStream() {
        int[] prompt = new Random(6).ints(4000, 3, 500).toArray();
        ModelOptions options = ModelOptions.defaults().blockSize(4000);
        try (Llama4Model model = Llama4Model.open(Demo.FOLDER, options);
                ExecutorService other = Executors.newSingleThreadExecutor();
                TokenStream stream = model.stream(tokens(1, 2000))) {
            int before = 0;
            int meanwhile = 0;
            Future<GenerationResult> reading = null;
            for (GenerationEvent event : stream) {
                if (reading == null && ++before == 100) {
                    GenerationRequest request = GenerationRequest.tokens(prompt).maxTokens(0);
                    reading = other.submit(() -> model.generate(request));
                } else if (reading != null && !reading.isDone()) {
                    meanwhile += event instanceof GenerationEvent.Token ? 1 : 0;
                }
            }

            // the prompt is one block: without pauses, at most one token before and one after
            assertThat(meanwhile).isGreaterThan(4);
        }
    }

    @Test
    void theTokensOfAStreamDoNotDependOnPromptsThatAreReadMeanwhile() throws Exception {
        int[] prompt = new Random(7).ints(600, 3, 500).toArray();
        GenerationRequest story = tokens(1, 300);
        GenerationRequest reading =
                GenerationRequest.tokens(prompt).maxTokens(3).sampling(Sampling.greedy());
        try (Llama4Model model = Llama4Model.open(Demo.FOLDER)) {
            List<Integer> storyAlone = model.generate(story).tokens();
            List<Integer> readingAlone = model.generate(reading).tokens();

            List<GenerationResult> together =
                    allAtOnce(model, List.of(story, reading, story, reading, reading));

            assertThat(together)
                    .extracting(GenerationResult::tokens)
                    .containsExactly(
                            storyAlone, readingAlone, storyAlone, readingAlone, readingAlone);
        }
    }

    private static GenerationRequest tokens(int first, int count) {
        return GenerationRequest.tokens(first)
                .maxTokens(count)
                .ignoreStopTokens()
                .sampling(Sampling.greedy());
    }

    private static List<GenerationResult> allAtOnce(
            Llama4Model model, List<GenerationRequest> requests) throws Exception {
        CyclicBarrier start = new CyclicBarrier(requests.size());
        List<Callable<GenerationResult>> calls = new ArrayList<>();
        for (GenerationRequest request : requests) {
            calls.add(() -> {
                start.await();
                return model.generate(request);
            });
        }
        List<GenerationResult> results = new ArrayList<>();
        try (ExecutorService threads = Executors.newFixedThreadPool(requests.size())) {
            for (Future<GenerationResult> answer : threads.invokeAll(calls)) {
                results.add(answer.get());
            }
        }
        return results;
    }
}
