package dev.altiplano;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Many who ask, and many who change their mind. */
class CrowdTest {
    private static final int THREADS = 64;
    private static final int REQUESTS = 10_000;

    @TempDir Path folder;

    @Test
    void everyOneOfManyRequestsEndsWithAReasonAndNothingIsLeft() throws Exception {
        Path files = FormulaCheckpoint.write(folder, 1, true);
        ModelOptions options = ModelOptions.defaults().answers(24, THREADS).kernelCheck(false);
        long seed = new Random().nextLong();
        AtomicInteger next = new AtomicInteger();
        Map<FinishReason, Integer> reasons = new EnumMap<>(FinishReason.class);
        try (Llama4Model model = Llama4Model.open(files, options);
                ExecutorService closers = Executors.newFixedThreadPool(2)) {
            try (ExecutorService threads = Executors.newFixedThreadPool(THREADS)) {
                List<Future<?>> all = new ArrayList<>();
                for (int t = 0; t < THREADS; t++) {
                    all.add(
                            threads.submit(() -> {
                                for (int i; (i = next.getAndIncrement()) < REQUESTS; ) {
                                    FinishReason reason = ask(model, closers, new Random(seed + i));
                                    synchronized (reasons) {
                                        reasons.merge(reason, 1, Integer::sum);
                                    }
                                }
                            }));
                }
                for (Future<?> one : all) {
                    one.get(2, TimeUnit.MINUTES); // a deadlock ends here
                }
            }

            assertThat(reasons.values().stream().mapToInt(Integer::intValue).sum())
                    .as("seed %d", seed)
                    .isEqualTo(REQUESTS);
            assertThat(reasons)
                    .as("seed %d", seed)
                    .containsKeys(
                            FinishReason.MAX_TOKENS, FinishReason.CANCELLED, FinishReason.DEADLINE);
            assertThat(model.openSessions()).isZero();
            assertThat(model.places().open()).isZero();
        }
    }

    /** One answer, to its end or until somebody loses patience. */
    private static FinishReason ask(Llama4Model model, ExecutorService closers, Random random) {
        int[] prompt = random.ints(1 + random.nextInt(20), 3, 90).toArray();
        GenerationRequest request =
                GenerationRequest.tokens(prompt).maxTokens(random.nextInt(12)).ignoreStopTokens();
        return switch (random.nextInt(5)) {
            case 0 -> {
                Duration soon = Duration.ofNanos(1 + random.nextInt(2_000_000));
                yield model.generate(request.deadline(soon)).finishReason();
            }
            case 1 -> { // closed by the reader
                TokenStream stream = model.stream(request);
                Iterator<GenerationEvent> events = stream.iterator();
                for (int i = random.nextInt(6); i > 0 && events.hasNext(); i--) {
                    events.next();
                }
                stream.close();
                yield stream.result().orElseThrow().finishReason();
            }
            case 2 -> { // closed by another thread
                TokenStream stream = model.stream(request);
                Future<?> closing = closers.submit(stream::close);
                FinishReason reason = stream.await().finishReason();
                join(closing);
                yield reason;
            }
            case 3 -> { // the session is closed by another thread
                Session session = model.newSession();
                TokenStream stream = session.stream(request);
                Future<?> closing = closers.submit(session::close);
                FinishReason reason = stream.await().finishReason();
                join(closing);
                yield reason;
            }
            default -> model.generate(request).finishReason();
        };
    }

    private static void join(Future<?> future) {
        try {
            future.get(1, TimeUnit.MINUTES);
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void aRequestTooManyIsRefusedAndTheNextOneIsNot() {
        ModelOptions options = ModelOptions.defaults().answers(1, 1);
        try (Llama4Model model = Llama4Model.open(Demo.FOLDER, options)) {
            TokenStream first = model.stream(Demo.story());
            try (TokenStream waiting = model.stream(Demo.story())) {
                assertThatThrownBy(() -> model.generate(Demo.story()))
                        .isInstanceOf(ModelBusyException.class)
                        .hasMessage(
                                "2 requests are being answered or waiting, expected at most 1 and"
                                        + " 1; ask again later, or allow more"
                                        + " (ModelOptions.answers)");
                first.close();
                assertThat(waiting.await().tokens()).isNotEmpty();
            }

            assertThat(model.generate(Demo.story()).tokens()).isNotEmpty();
        }
    }

    @Test
    void aRefusedRequestLeavesItsSessionAsItWas() {
        ModelOptions options = ModelOptions.defaults().answers(1, 0);
        try (Llama4Model model = Llama4Model.open(Demo.FOLDER, options);
                Session session = model.newSession()) {
            session.generate(Demo.story().maxTokens(3));
            int length = session.length();
            try (TokenStream other = model.stream(Demo.story())) {
                assertThatThrownBy(() -> session.generate(Demo.story()))
                        .isInstanceOf(ModelBusyException.class);
                assertThat(other.await().tokens()).isNotEmpty();
            }

            assertThat(session.length()).isEqualTo(length);
            assertThat(session.generate(Demo.story().maxTokens(3)).tokens()).hasSize(3);
        }
    }

    @Test
    void aWaitingRequestIsAnsweredWhenItsTurnComes() throws Exception {
        ModelOptions options = ModelOptions.defaults().answers(1, 8);
        try (Llama4Model model = Llama4Model.open(Demo.FOLDER, options);
                ExecutorService threads = Executors.newFixedThreadPool(8)) {
            List<Future<GenerationResult>> answers = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                answers.add(threads.submit(() -> model.generate(Demo.story().maxTokens(5))));
            }

            for (Future<GenerationResult> answer : answers) {
                assertThat(answer.get(1, TimeUnit.MINUTES).tokens()).hasSize(5);
            }
        }
    }

    @Test
    void aWaitingRequestEndsByItsDeadlineOrWhenItIsClosed() throws Exception {
        ModelOptions options = ModelOptions.defaults().answers(1, 8);
        try (Llama4Model model = Llama4Model.open(Demo.FOLDER, options);
                ExecutorService threads = Executors.newFixedThreadPool(2);
                TokenStream first = model.stream(Demo.story())) {
            threads.submit(() -> first.iterator().next()).get(1, TimeUnit.MINUTES);
            GenerationRequest hurried = Demo.story().deadline(Duration.ofMillis(30));

            assertThat(model.generate(hurried).finishReason()).isEqualTo(FinishReason.DEADLINE);

            TokenStream closed = model.stream(Demo.story());
            Future<GenerationResult> waiting = threads.submit(closed::await);
            Thread.sleep(ThreadLocalRandom.current().nextInt(20));
            closed.close();
            assertThat(waiting.get(1, TimeUnit.MINUTES).finishReason())
                    .isEqualTo(FinishReason.CANCELLED);
        }
    }

    @Test
    void aThreadThatWouldWaitForItselfIsTold() {
        ModelOptions options = ModelOptions.defaults().answers(2, 8);
        try (Llama4Model model = Llama4Model.open(Demo.FOLDER, options);
                TokenStream first = model.stream(Demo.story());
                TokenStream second = model.stream(Demo.story());
                TokenStream third = model.stream(Demo.story())) {
            first.iterator().next();
            second.iterator().next();

            assertThatThrownBy(third::await)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageStartingWith("this thread reads all 2 answers that may be made");
        }
    }

    @Test
    void aDeadlineEndsAnAnswerBetweenTwoTokensAndInThePrompt() {
        int[] prompt = new Random(8).ints(3000, 3, 500).toArray();
        try (Llama4Model model = Llama4Model.open(Demo.FOLDER);
                Session session = model.newSession()) {
            GenerationResult writing =
                    session.generate(
                            GenerationRequest.tokens(1)
                                    .maxTokens(1_000_000)
                                    .ignoreStopTokens()
                                    .deadline(Duration.ofMillis(300)));
            GenerationResult reading =
                    model.generate(GenerationRequest.tokens(prompt).deadline(Duration.ofNanos(1)));

            assertThat(writing.finishReason()).isEqualTo(FinishReason.DEADLINE);
            assertThat(reading.finishReason()).isEqualTo(FinishReason.DEADLINE);
            assertThat(reading.tokens()).isEmpty();
            assertThat(session.generate(GenerationRequest.tokens(2).maxTokens(2)).tokens())
                    .isNotEmpty(); // the session goes on
        }
        assertThatThrownBy(() -> Demo.story().deadline(Duration.ZERO))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("the deadline is after PT0S, expected more than 0");
    }
}
