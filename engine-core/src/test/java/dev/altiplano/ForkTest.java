package dev.altiplano;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** Sessions that part and go back. */
class ForkTest {
    private static final Message COW = Message.user("What does a cow say?");
    private static final Message DUCK = Message.user("What does a duck say?");

    @Test
    void aForkCostsNoMemoryBeforeItWrites() {
        try (Llama4Model model = Llama4Model.open(Demo.FOLDER);
                Session session = model.newSession()) {
            session.generate(GenerationRequest.tokens(ids(1000)).maxTokens(1));
            long before = model.keyValueBytes();

            List<Session> forks = List.of(session.fork(), session.fork(), session.fork());

            assertThat(model.keyValueBytes()).isEqualTo(before);
            forks.getFirst().generate(GenerationRequest.tokens(5).maxTokens(1));
            long layers = model.config().layers().size();
            assertThat(model.keyValueBytes() - before) // the last page of each layer
                    .isEqualTo(layers * model.memoryPlan(1).keyValueBytes() / layers);
            forks.forEach(Session::close);
            assertThat(model.keyValueBytes()).isEqualTo(before);
        }
    }

    @ParameterizedTest
    @CsvSource({"scout, 70", "maverick, 300", "odd, 33"})
    void forksGoTheirOwnWays(String name, int length) {
        int[] ids = ids(length);
        try (Llama4Model model = Llama4Model.open(Goldens.folder(name));
                Session session = model.newSession()) {
            session.generate(read(ids));
            try (Session fork = session.fork()) {
                List<Integer> left = session.generate(greedy(7, 8, 9)).tokens();
                List<Integer> right = fork.generate(greedy(11)).tokens();

                assertThat(left).isEqualTo(afresh(model, ids, 7, 8, 9));
                assertThat(right).isEqualTo(afresh(model, ids, 11));
                assertThat(fork.length()).isEqualTo(length + 1 + right.size());
            }
            assertThat(session.generate(greedy(3)).tokens()).hasSize(20); // outlives its fork
        }
    }

    @Test
    void aForkGoesOnWithTheConversation() {
        try (Llama4Model model = Llama4Model.open(Demo.FOLDER);
                Session session = model.newSession()) {
            GenerationResult cow = session.generate(chat(COW));
            try (Session fork = session.fork()) {
                GenerationResult duck = fork.generate(chat(DUCK));

                assertThat(duck.text())
                        .isEqualTo(
                                model.generate(chat(COW, Message.assistant(cow.text()), DUCK))
                                        .text());
                assertThat(duck.cachedTokens()).isPositive();
                assertThat(session.generate(chat(DUCK)).text()).isEqualTo(duck.text());
            }
        }
    }

    /** Back within a chunk, to a border, behind a border, to the start. */
    @ParameterizedTest
    @CsvSource({
        "scout, 100, 99", "scout, 100, 97", "scout, 100, 96", "scout, 100, 64", "scout, 100, 50",
        "scout, 96, 95", "scout, 100, 1", "scout, 100, 0", "maverick, 300, 257", "odd, 60, 3",
        "dense, 600, 256", "dense, 600, 511", "real_chunk, 8200, 8191"
    })
    void aTruncatedSessionAnswersAsOneThatNeverWentFurther(String name, int length, int position) {
        int[] ids = ids(length);
        try (Llama4Model model = Llama4Model.open(Goldens.folder(name));
                Session session = model.newSession()) {
            session.generate(read(ids));
            session.truncate(position);

            assertThat(session.length()).isEqualTo(position);
            assertThat(session.tokens()).isEqualTo(Arrays.copyOf(ids, position));
            GenerationResult answer = session.generate(greedy(5, 6));

            assertThat(answer.tokens())
                    .isEqualTo(afresh(model, Arrays.copyOf(ids, position), 5, 6));
        }
    }

    @Test
    void goingBackToATurnTakesTheConversationAlong() {
        try (Llama4Model model = Llama4Model.open(Demo.FOLDER);
                Session session = model.newSession()) {
            session.generate(chat(COW));
            int after = session.length();
            GenerationResult duck = session.generate(chat(DUCK));
            session.generate(chat(COW));

            session.truncate(after);

            assertThat(session.length()).isEqualTo(after);
            GenerationResult again = session.generate(chat(DUCK));
            assertThat(again.text()).isEqualTo(duck.text());
            assertThat(again.cachedTokens()).isEqualTo(duck.cachedTokens());
            session.truncate(0);
            assertThat(session.generate(chat(DUCK)).text()).isEqualTo("A duck says quack.");
        }
    }

    @Test
    void goingBackToTheMiddleOfAMessageLeavesTokensOnly() {
        try (Llama4Model model = Llama4Model.open(Demo.FOLDER);
                Session session = model.newSession()) {
            session.generate(chat(COW));

            session.truncate(5);

            assertThatThrownBy(() -> session.generate(chat(DUCK)))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("hold");
            assertThat(session.generate(greedy(9)).cachedTokens()).isEqualTo(5);
        }
    }

    @Test
    void refusesWhatCannotBe() {
        try (Llama4Model model = Llama4Model.open(Demo.FOLDER);
                Session session = model.newSession()) {
            session.generate(GenerationRequest.tokens(1, 2, 3).maxTokens(0));

            assertThatThrownBy(() -> session.truncate(4))
                    .hasMessage("position is 4, expected 0 to the length 3");
            assertThatThrownBy(() -> session.truncate(-1))
                    .hasMessage("position is -1, expected 0 to the length 3");
            TokenStream stream = session.stream(greedy(1));
            assertThatThrownBy(session::fork).hasMessageContaining("making another answer");
            assertThatThrownBy(() -> session.truncate(1)).hasMessageContaining("another answer");
            stream.close();
        }
    }

    @Test
    void aClosedSessionCannotPart() {
        try (Llama4Model model = Llama4Model.open(Demo.FOLDER)) {
            Session session = model.newSession();
            session.close();

            assertThatThrownBy(session::fork).hasMessage("the session is closed");
            assertThatThrownBy(() -> session.truncate(0)).hasMessage("the session is closed");
        }
    }

    @Test
    void aRequestBeyondTheBudgetIsRefusedAndTheSessionGoesOn() {
        long page = 256L * 1024; // more than a page of every layer takes
        ModelOptions options = ModelOptions.defaults().keyValueBudget(40 * page);
        try (Llama4Model model = Llama4Model.open(Demo.FOLDER, options);
                Session second = model.newSession()) {
            Session first = model.newSession();
            int most = 256;
            while (model.memoryPlan(2L * most).keyValueBytes() <= 40 * page) {
                most *= 2;
            }
            int length = most;
            first.generate(GenerationRequest.tokens(ids(length - 100)).maxTokens(10));

            assertThatThrownBy(() -> second.generate(read(ids(length))))
                    .isInstanceOf(InsufficientMemoryException.class)
                    .hasMessageContaining("more bytes of keys and values are needed");

            assertThat(second.keyValueBytes()).isZero();
            assertThat(first.generate(greedy(1)).tokens()).isNotEmpty();
            first.close();
            assertThat(second.generate(read(ids(length))).promptTokens()).isEqualTo(length);
        }
    }

    @Test
    void aSessionIsHeldToItsOwnBudget() {
        ModelOptions options = ModelOptions.defaults().sessionBudget(3L << 20);
        try (Llama4Model model = Llama4Model.open(Demo.FOLDER, options)) {
            assertThat(model.memoryPlan(100).fits()).isTrue();
            assertThatThrownBy(() -> model.generate(read(ids(20_000))))
                    .isInstanceOf(InsufficientMemoryException.class)
                    .hasMessageContaining("expected at most");
        }
    }

    private static int[] ids(int length) {
        return new Random(length).ints(length, 3, 200).toArray();
    }

    private static List<Integer> afresh(Llama4Model model, int[] ids, int... more) {
        int[] all = Arrays.copyOf(ids, ids.length + more.length);
        System.arraycopy(more, 0, all, ids.length, more.length);
        return model.generate(greedy(all)).tokens();
    }

    private static GenerationRequest read(int... ids) {
        return GenerationRequest.tokens(ids).maxTokens(0);
    }

    private static GenerationRequest greedy(int... ids) {
        return GenerationRequest.tokens(ids)
                .maxTokens(20)
                .ignoreStopTokens()
                .sampling(Sampling.greedy());
    }

    private static GenerationRequest chat(Message... messages) {
        return GenerationRequest.chat(messages).sampling(Sampling.greedy());
    }
}
