package dev.altiplano;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.altiplano.GenerationEvent.PromptRead;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

@Timeout(60)
class SessionTest {
    private static final Message COW = Message.user("What does a cow say?");
    private static final Message DUCK = Message.user("What does a duck say?");

    @Test
    void aConversationReadsOnlyWhatIsNew() {
        try (Llama4Model model = Llama4Model.open(Demo.FOLDER);
                Session session = model.newSession()) {
            GenerationResult cow = session.generate(greedy(COW));
            GenerationResult duck = session.generate(greedy(DUCK));

            GenerationResult whole =
                    model.generate(greedy(COW, Message.assistant(cow.text()), DUCK));
            assertThat(duck.text()).isEqualTo(whole.text());
            assertThat(duck.cachedTokens()).isEqualTo(cow.promptTokens() + cow.tokens().size() - 1);
            assertThat(duck.cachedTokens() + duck.promptTokens()).isEqualTo(whole.promptTokens());
        }
    }

    @Test
    void aConversationGoesOnAfterAStopString() {
        try (Llama4Model model = Llama4Model.open(Demo.FOLDER);
                Session session = model.newSession()) {
            GenerationResult cow = session.generate(greedy(COW).stop(" says"));
            GenerationResult duck = session.generate(greedy(DUCK));

            assertThat(cow.finishReason()).isEqualTo(FinishReason.STOP_TEXT);
            assertThat(duck.text())
                    .isEqualTo(
                            model.generate(greedy(COW, Message.assistant(cow.text()), DUCK))
                                    .text());
            assertThat(duck.cachedTokens()).isZero(); // the tokens said more than the text
        }
    }

    @Test
    void aConversationGoesOnAfterAnAnswerThatWasCutShort() {
        try (Llama4Model model = Llama4Model.open(Demo.FOLDER);
                Session session = model.newSession()) {
            GenerationResult cow = session.generate(greedy(COW).maxTokens(3));
            GenerationResult duck = session.generate(greedy(DUCK));

            assertThat(duck.text())
                    .isEqualTo(
                            model.generate(greedy(COW, Message.assistant(cow.text()), DUCK))
                                    .text());
            assertThat(duck.cachedTokens()).isPositive();
        }
    }

    @Test
    void aRefusedRequestLeavesTheSessionAsItWas() {
        try (Llama4Model model =
                        Llama4Model.open(Demo.FOLDER, ModelOptions.defaults().context(80));
                Session session = model.newSession()) {
            session.generate(greedy(COW));
            int before = session.length();

            assertThatThrownBy(() -> session.generate(greedy(Message.user("long ".repeat(80)))))
                    .hasMessageContaining("expected at most 80 (context)");

            assertThat(session.length()).isEqualTo(before);
            assertThat(session.generate(greedy(DUCK)).text()).isEqualTo("A duck says quack.");
        }
    }

    @Test
    void messagesDoNotFollowIds() {
        try (Llama4Model model = Llama4Model.open(Demo.FOLDER);
                Session session = model.newSession()) {
            session.generate(GenerationRequest.tokens(1, 2, 3).maxTokens(1));

            assertThatThrownBy(() -> session.generate(greedy(COW)))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageStartingWith("this session holds text or ids that are no messages");
        }
    }

    @Test
    void anIdThatRepeatsTheLastAnsweredOneIsRead() {
        try (Llama4Model model = Llama4Model.open(Demo.FOLDER);
                Session session = model.newSession()) {
            GenerationRequest one = GenerationRequest.tokens(5).maxTokens(1).ignoreStopTokens();
            int answered = session.generate(one.sampling(Sampling.greedy())).tokens().getFirst();

            session.generate(GenerationRequest.tokens(answered, 8).maxTokens(0));

            assertThat(session.tokens()).containsExactly(5, answered, answered, 8);
        }
    }

    @Test
    void closingAStreamFromAnotherThreadEndsItWithOneLastEvent() throws Exception {
        try (Llama4Model model = Llama4Model.open(Demo.FOLDER);
                ExecutorService other = Executors.newSingleThreadExecutor()) {
            for (int run = 0; run < 50; run++) {
                TokenStream stream = model.stream(Demo.story().maxTokens(20));
                Future<?> closing = other.submit(stream::close);
                List<GenerationEvent> events = new ArrayList<>();
                for (GenerationEvent event : stream) {
                    events.add(event);
                }
                closing.get();

                assertThat(events.stream().filter(GenerationEvent.Finished.class::isInstance))
                        .hasSize(1);
                assertThat(events.getLast()).isInstanceOf(GenerationEvent.Finished.class);
            }
        }
    }

    @Test
    void aModelCannotBeUsedFromItsOwnListeners() {
        try (Llama4Model model = Llama4Model.open(Demo.FOLDER)) {
            assertThatThrownBy(() ->
                            model.logits(
                                    new int[] {1, 2},
                                    true,
                                    (position, logits) -> model.generate(greedy(COW))))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageStartingWith("the model is in the middle of a step");
            assertThat(model.generate(greedy(COW)).text()).isEqualTo("A cow says moo.");
        }
    }

    @Test
    void oneAnswerAtATime() {
        try (Llama4Model model = Llama4Model.open(Demo.FOLDER);
                Session session = model.newSession()) {
            TokenStream first = session.stream(greedy(COW));

            assertThatThrownBy(() -> session.stream(greedy(DUCK)))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageStartingWith("this session is making another answer");

            first.close();
            assertThat(session.generate(greedy(DUCK)).text()).isEqualTo("A duck says quack.");
        }
    }

    @Test
    void aSecondThreadIsToldThatTheSessionIsInUse() throws Exception {
        try (Llama4Model model = Llama4Model.open(Demo.FOLDER);
                Session session = model.newSession();
                ExecutorService other = Executors.newSingleThreadExecutor()) {
            CountDownLatch inStep = new CountDownLatch(1);
            CountDownLatch goOn = new CountDownLatch(1);
            Future<GenerationResult> answer =
                    other.submit(() ->
                            session.generate(
                                    greedy(COW)
                                            .onPromptProgress((done, all) -> {
                                                inStep.countDown();
                                                awaitQuietly(goOn);
                                            })));
            inStep.await();

            assertThatThrownBy(session::length)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage(
                            "this session is in use by another thread; use one session per thread");

            goOn.countDown();
            assertThat(answer.get().text()).isEqualTo("A cow says moo.");
        }
    }

    @Test
    void aStreamThatIsClosedEarlyHasWhatWasMade() {
        try (Llama4Model model = Llama4Model.open(Demo.FOLDER)) {
            List<Integer> seen = new ArrayList<>();
            TokenStream stream = model.stream(Demo.story());
            for (GenerationEvent event : stream) {
                if (event instanceof GenerationEvent.Token token) {
                    seen.add(token.id());
                }
                if (seen.size() == 5) {
                    stream.close();
                }
            }

            GenerationResult result = stream.result().orElseThrow();
            assertThat(result.finishReason()).isEqualTo(FinishReason.CANCELLED);
            assertThat(result.tokens()).isEqualTo(seen).hasSize(5);
        }
    }

    @Test
    void aPromptIsCancelledInTheMiddleOfABlock() throws Exception {
        int[] ids = new Random(4).ints(30_000, 3, 500).toArray();
        try (Llama4Model model = Llama4Model.open(Goldens.folder("real_chunk"));
                ExecutorService other = Executors.newSingleThreadExecutor()) {
            TokenStream stream = model.stream(GenerationRequest.tokens(ids).maxTokens(1));
            CountDownLatch reading = new CountDownLatch(1);
            Future<Integer> blocks = other.submit(() -> count(stream, reading));
            reading.await();

            stream.close();

            blocks.get(20, TimeUnit.SECONDS);
            GenerationResult result = stream.result().orElseThrow();
            assertThat(result.finishReason()).isEqualTo(FinishReason.CANCELLED);
            assertThat(result.tokens()).isEmpty();
        }
    }

    @Test
    void aCancelledPromptLeavesASessionThatGoesOn() {
        try (Llama4Model model =
                        Llama4Model.open(Demo.FOLDER, ModelOptions.defaults().blockSize(4));
                Session session = model.newSession()) {
            TokenStream stream = session.stream(greedy(COW));
            Iterator<GenerationEvent> events = stream.iterator();
            assertThat(events.next()).isInstanceOf(PromptRead.class);
            stream.close();

            GenerationResult duck = session.generate(greedy(DUCK));

            assertThat(duck.text()).isEqualTo(model.generate(greedy(COW, DUCK)).text());
        }
    }

    @Test
    void closingASessionEndsItsAnswer() {
        try (Llama4Model model = Llama4Model.open(Demo.FOLDER)) {
            Session session = model.newSession();
            TokenStream stream = session.stream(Demo.story());
            Iterator<GenerationEvent> events = stream.iterator();
            events.next();

            session.close();

            assertThat(events.next()).isInstanceOf(GenerationEvent.Finished.class);
            assertThat(stream.result().orElseThrow().finishReason())
                    .isEqualTo(FinishReason.CANCELLED);
            assertThatThrownBy(() -> session.generate(greedy(COW)))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage("the session is closed");
            session.close(); // once more does nothing
        }
    }

    @Test
    void closingTheModelEndsEverything() {
        Llama4Model model = Llama4Model.open(Demo.FOLDER);
        Session session = model.newSession();
        TokenStream stream = session.stream(Demo.story());
        stream.iterator().next();

        model.close();
        model.close();

        assertThat(stream.await().finishReason()).isEqualTo(FinishReason.CANCELLED);
        assertThatThrownBy(() -> session.generate(greedy(COW)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("the model is closed");
        assertThatThrownBy(() -> model.generate(greedy(COW)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("the model is closed");
        assertThatThrownBy(model::newSession).hasMessage("the model is closed");
    }

    @Test
    void noThreadIsLeftWhenAModelIsClosed() throws InterruptedException {
        long before = threads();
        for (int i = 0; i < 5; i++) {
            try (Llama4Model model =
                    Llama4Model.open(Demo.FOLDER, ModelOptions.defaults().threads(4))) {
                model.generate(greedy(COW).maxTokens(2));
            }
        }

        for (int i = 0; i < 100 && threads() > before; i++) {
            Thread.sleep(20); // a thread that was told to end needs a moment
        }
        assertThat(threads()).isLessThanOrEqualTo(before);
    }

    private static long threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("altiplano"))
                .count();
    }

    private static int count(TokenStream stream, CountDownLatch reading) {
        int blocks = 0;
        for (GenerationEvent event : stream) {
            blocks += event instanceof PromptRead ? 1 : 0;
            reading.countDown();
        }
        return blocks;
    }

    private static GenerationRequest greedy(Message... messages) {
        return GenerationRequest.chat(messages).sampling(Sampling.greedy());
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
