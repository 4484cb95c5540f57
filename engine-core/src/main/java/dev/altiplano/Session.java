package dev.altiplano;

import dev.altiplano.generate.EndReason;
import dev.altiplano.generate.GenerationPlan;
import dev.altiplano.generate.Generator;
import dev.altiplano.generate.Interruption;
import dev.altiplano.generate.Sequence;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;

/**
 * One sequence that goes on: what the model has read stays read.
 *
 * <p>Belongs to one thread at a time. A second thread that asks while an answer is being made gets
 * an {@link IllegalStateException}; only {@link #close} may come from anywhere and ends the answer.
 *
 * <pre>{@code
 * try (Session session = model.newSession()) {
 *     session.generate(GenerationRequest.chat(Message.user("Name a colour.")));
 *     session.generate(GenerationRequest.chat(Message.user("Another one."))); // reads only this
 * }
 * }</pre>
 */
public final class Session implements AutoCloseable {
    private final Llama4Model model;
    private final ReentrantLock busy = new ReentrantLock();
    private final List<Message> conversation = new ArrayList<>();
    private Sequence sequence;
    private boolean holdsOtherThanChat;
    private boolean endedByStopToken;
    private @Nullable String
            transcript; // the words the sequence stands for, when it can go on from them
    private @Nullable TokenStream answer;
    private Places.@Nullable Place place; // of the last answer
    private volatile boolean closed;

    Session(Llama4Model model) {
        this.model = model;
        this.sequence = model.newSequence();
    }

    /**
     * Goes on and waits for the whole answer.
     *
     * @throws IllegalArgumentException if the prompt is empty, holds an unknown token id or does
     *     not fit the context, or needs a tokenizer that the folder does not have
     * @throws IllegalStateException if the session is closed or making another answer, or if
     *     messages follow a prompt of text or ids
     * @throws InsufficientMemoryException if its keys and values cannot fit
     * @throws ModelBusyException if as many answers as {@link ModelOptions#answers} allows are
     *     being made or waited for
     */
    public GenerationResult generate(GenerationRequest request) {
        try (TokenStream stream = stream(request)) {
            return stream.await();
        }
    }

    /**
     * Goes on and gives the answer bit by bit; errors as {@link #generate}. The session is free for
     * the next request when the stream has ended or was closed.
     */
    public TokenStream stream(GenerationRequest request) {
        enter();
        try {
            if (answer != null && !answer.isFinished()) {
                throw new IllegalStateException(
                        "this session is making another answer; end or close its stream first");
            }
            answer = begin(request, () -> {});
            return answer;
        } finally {
            leave();
        }
    }

    /** Tokens of the sequence so far, prompts and answers. */
    public int length() {
        enter();
        try {
            return sequence.length();
        } finally {
            leave();
        }
    }

    /** The token ids of the sequence so far, as a new array. */
    public int[] tokens() {
        enter();
        try {
            return sequence.tokens();
        } finally {
            leave();
        }
    }

    /** Off-heap bytes of keys and values. */
    public long keyValueBytes() {
        enter();
        try {
            return sequence.bytes();
        } finally {
            leave();
        }
    }

    /** Ends an answer that is being made, within one layer, and gives the memory back. */
    @Override
    public void close() {
        closed = true;
        model.places().wake();
        busy.lock();
        try {
            if (place != null) {
                place.leave();
            }
            sequence.close();
        } finally {
            busy.unlock();
            model.forget(this);
        }
    }

    boolean isClosed() {
        return closed;
    }

    /**
     * Takes the session for one step of a stream; refuses a second thread.
     *
     * @param closing whether the stream is being closed: whoever does that is waited for
     */
    void enterStep(boolean closing) {
        if (closing || closed) {
            busy.lock();
        } else if (!busy.tryLock()) {
            throw new IllegalStateException(
                    "this session is in use by another thread; use one session per thread");
        }
    }

    /** Takes the session when the step that runs has ended. */
    void enterToClose() {
        busy.lock();
    }

    /** Whether the calling thread is in the middle of a step. */
    boolean isInStep() {
        return busy.isHeldByCurrentThread();
    }

    void leave() {
        busy.unlock();
    }

    /** Lets an answer that waits for its turn see that it is cancelled. */
    void wakeWaiting() {
        model.places().wake();
    }

    /** Tokens that the model has read. */
    int read() {
        return sequence.read();
    }

    /** Tokens that it has still to read. */
    int unread() {
        return sequence.length() - sequence.read();
    }

    private void enter() {
        enterStep(false);
        if (closed) {
            leave();
            throw new IllegalStateException(
                    model.isClosed() ? "the model is closed" : "the session is closed");
        }
    }

    /**
     * What is to be thrown for a failure in a step: a shard cut short while it was mapped, in
     * words.
     */
    RuntimeException explained(Throwable failure) {
        return model.explained(failure);
    }

    /** Starts an answer; {@code onEnd} runs when it has ended. */
    TokenStream begin(GenerationRequest request, Runnable onEnd) {
        Turn turn = turn(request);
        int kept = turn.keepsPast() ? sequence.length() : 0;
        if (turn.ids().length == 0 && kept == sequence.read()) {
            throw new IllegalArgumentException("the prompt has no tokens, expected at least one");
        }
        GenerationPlan plan = model.plan((long) kept + turn.ids().length, request);
        Places.Place entered = model.places().enter();
        // nothing was changed up to here: a refused request leaves the session as it was
        place = entered;
        if (kept < sequence.length()) {
            sequence.close();
            sequence = model.newSequence();
        }
        if (endedByStopToken && turn.words() != null) {
            sequence.dropUnread(); // the template writes the end of the answer itself
        }
        endedByStopToken = false;
        sequence.append(turn.ids());
        holdsOtherThanChat |= turn.words() == null;
        transcript = null;
        AtomicBoolean cancelled = new AtomicBoolean();
        TimeLimit limit = TimeLimit.of(request.deadline());
        Interruption interruption =
                () -> cancelled.get() || closed ? EndReason.CANCELLED : limit.reason();
        Generator generator = new Generator(sequence, plan, vocabulary(), interruption);
        Answer answer = new Answer(generator, plan, interruption, entered);
        return new TokenStream(this, request, turn, answer, cancelled, onEnd);
    }

    private int vocabulary() {
        return model.config().vocabularySize();
    }

    private Turn turn(GenerationRequest request) {
        return switch (request.prompt()) {
            case Prompt.Tokens tokens -> Turn.of(model.checked(tokens.ids()));
            case Prompt.Text text -> Turn.of(model.encoder().text(text, sequence.length() == 0));
            case Prompt.Chat chat -> turn(chat, request);
        };
    }

    private Turn turn(Prompt.Chat chat, GenerationRequest request) {
        if (holdsOtherThanChat) {
            throw new IllegalStateException(
                    "this session holds text or ids that are no messages; start a new one for a"
                            + " chat");
        }
        List<Message> all = new ArrayList<>(conversation);
        all.addAll(chat.messages());
        PromptEncoder.Rendered rendered = model.encoder().chat(all, request.templateVariables());
        Optional<int[]> more =
                transcript == null ? Optional.empty() : rendered.idsAfter(transcript);
        return more.map(ids -> new Turn(ids, true, rendered.text(), chat.messages()))
                .orElseGet(() -> new Turn(rendered.ids(), false, rendered.text(), chat.messages()));
    }

    /** Remembers what was said, so that the next messages go on from it. */
    void remember(Turn turn, GenerationResult result) {
        model.answered();
        endedByStopToken = result.finishReason() == FinishReason.STOP_TOKEN;
        String words = turn.words();
        if (words == null) {
            return;
        }
        conversation.addAll(turn.messages());
        if (result.tokens().isEmpty()) {
            return; // nothing was answered; the next turn reads everything again
        }
        conversation.add(Message.assistant(result.text()));
        if (result.finishReason()
                != FinishReason.STOP_TEXT) { // whose tokens say more than the text
            transcript = words + result.text();
        }
    }
}
