package dev.altiplano;

import dev.altiplano.cache.KvFile;
import dev.altiplano.generate.EndReason;
import dev.altiplano.generate.FeatureSource;
import dev.altiplano.generate.GenerationPlan;
import dev.altiplano.generate.Generator;
import dev.altiplano.generate.Interruption;
import dev.altiplano.generate.PatchPositions;
import dev.altiplano.generate.Sequence;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;

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
    private final Conversation conversation;
    private Sequence sequence;
    private @Nullable TokenStream answer;
    private Places.@Nullable Place place; // of the last answer
    private volatile boolean closed;

    Session(Llama4Model model) {
        this(model, model.newSequence(), new Conversation(model));
    }

    private Session(Llama4Model model, Sequence sequence, Conversation conversation) {
        this.model = model;
        this.sequence = sequence;
        this.conversation = conversation;
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
            refuseWhileAnswering();
            answer = begin(request, () -> {});
            return answer;
        } finally {
            leave();
        }
    }

    /**
     * A session that stands where this one does and goes its own way. It costs no memory now: the
     * two share pages of keys and values until one of them writes to a page, which it then copies.
     *
     * @throws IllegalStateException if the session is closed or making an answer
     */
    public Session fork() {
        enter();
        try {
            refuseWhileAnswering();
            return model.added(new Session(model, sequence.fork(), conversation.fork()));
        } finally {
            leave();
        }
    }

    /**
     * Goes back: forgets every token from {@code position} on.
     *
     * <p>At a {@link #length} that the session had before one of its turns, the conversation goes
     * back with it. Anywhere else the session holds tokens that are no whole messages, and goes on
     * from text or ids only.
     *
     * <p>Behind the border of the current chunk, layers with chunked attention have forgotten what
     * stands before the position in its own chunk. Those tokens, fewer than a chunk, are read again
     * with the next answer.
     *
     * @param position 0 to {@link #length}
     * @throws IllegalArgumentException if it is not
     * @throws IllegalStateException if the session is closed or making an answer
     */
    public void truncate(int position) {
        enter();
        try {
            refuseWhileAnswering();
            if (position < 0 || position > sequence.length()) {
                throw new IllegalArgumentException(
                        "position is %d, expected 0 to the length %d"
                                .formatted(position, sequence.length()));
            }
            if (position < sequence.length()) {
                int dropped = conversation.goBackTo(position);
                sequence.truncate(dropped < 0 ? position : position - 1);
                if (dropped >= 0) {
                    sequence.append(dropped);
                }
            }
        } finally {
            leave();
        }
    }

    /**
     * Writes the session to a file, from which {@link Llama4Model#restore} takes it up again: keys
     * and values, tokens and messages. A file of that name is replaced once the new one is on disk
     * as a whole.
     *
     * <p>What each layer can still see is written: behind the border of a chunk that is what the
     * layers with full attention hold.
     *
     * @throws IllegalStateException if the session is closed or making an answer
     * @throws UncheckedIOException if it cannot be written; an older file is as it was
     */
    public void save(Path file) {
        enter();
        try {
            refuseWhileAnswering();
            SavedSession saved =
                    new SavedSession(
                            model.cacheIdentity(),
                            sequence.tokens(),
                            sequence.read(),
                            sequence.pictures(),
                            conversation.talk());
            sequence.save(file, saved.bytes());
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "%s: cannot be written: %s".formatted(file, e.getMessage()), e);
        } finally {
            leave();
        }
    }

    /** Takes up a saved session. */
    static Session restored(Llama4Model model, KvFile file, SavedSession saved) throws IOException {
        Sequence sequence = model.newSequence();
        try {
            sequence.restore(file, saved.tokens(), saved.read());
            Conversation conversation = new Conversation(model, saved.talk());
            findPictures(saved.pictures(), conversation, sequence);
            return new Session(model, sequence, conversation);
        } catch (Throwable e) {
            sequence.close();
            throw e;
        }
    }

    /**
     * Tells the sequence where its pictures come from: the messages, as far as they are there. They
     * are needed if their tokens are read again.
     */
    private static void findPictures(
            List<PatchPositions> wanted, Conversation conversation, Sequence sequence) {
        Map<String, FeatureSource> known = new HashMap<>();
        if (!wanted.isEmpty()) {
            conversation
                    .pictures()
                    .forEach(picture -> known.put(picture.features().digest(), picture.features()));
        }
        for (PatchPositions picture : wanted) {
            FeatureSource source = known.get(picture.digest());
            sequence.appendPicture(
                    picture.positions().stream().mapToInt(Integer::intValue).toArray(),
                    source != null ? source : new LostPicture(picture.digest()));
        }
    }

    private void refuseWhileAnswering() {
        if (answer != null && !answer.isFinished()) {
            throw new IllegalStateException(
                    "this session is making another answer; end or close its stream first");
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
     * @param closing whether the stream is being closed: whoever does that is waited for; asked
     *     when the session is taken, because who takes it to close says so before
     */
    void enterStep(BooleanSupplier closing) {
        if (busy.tryLock()) {
            return;
        }
        if (!closing.getAsBoolean() && !closed) {
            throw new IllegalStateException(
                    "this session is in use by another thread; use one session per thread");
        }
        busy.lock();
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

    /** Tokens in all that were taken from the prefix cache. */
    int adopted() {
        return sequence.adopted();
    }

    /** Tokens that it has still to read. */
    int unread() {
        return sequence.length() - sequence.read();
    }

    private void enter() {
        enterStep(() -> false);
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
        Turn turn = conversation.turn(request, sequence.length() == 0);
        int kept = turn.keepsPast() ? sequence.length() : 0;
        if (turn.ids().length == 0 && kept == sequence.read()) {
            throw new IllegalArgumentException("the prompt has no tokens, expected at least one");
        }
        model.promptPictures().require(turn.ids(), turn.pictures());
        GenerationPlan plan = model.plan((long) kept + turn.ids().length, request);
        Sequence next = kept < sequence.length() ? model.newSequence() : sequence;
        long most =
                Math.min(plan.contextLimit(), (long) kept + turn.ids().length + plan.maxTokens());
        Places.Place entered = enter(next, most);
        // nothing was changed up to here: a refused request leaves the session as it was
        place = entered;
        if (next != sequence) {
            sequence.close();
            sequence = next;
            conversation.startAgain();
        }
        int dropped = -1;
        if (conversation.replacesLastToken(turn) && sequence.read() < sequence.length()) {
            dropped = sequence.lastToken();
            sequence.dropUnread();
        }
        conversation.begin(turn, sequence.length(), dropped);
        model.promptPictures().append(turn.ids(), turn.pictures(), sequence);
        AtomicBoolean cancelled = new AtomicBoolean();
        TimeLimit limit = TimeLimit.of(request.deadline());
        Interruption interruption =
                () -> cancelled.get() || closed ? EndReason.CANCELLED : limit.reason();
        Generator generator = new Generator(sequence, plan, vocabulary(), interruption);
        Answer answer = new Answer(generator, plan, interruption, entered);
        Runnable ended =
                () -> {
                    next.unreserve();
                    onEnd.run();
                };
        return new TokenStream(this, request, turn, answer, cancelled, ended);
    }

    /** Claims memory for {@code most} tokens, and a place among the model's answers. */
    private Places.Place enter(Sequence next, long most) {
        try {
            next.reserve(most, sequence);
            return model.places().enter();
        } catch (RuntimeException e) {
            next.unreserve();
            if (next != sequence) {
                next.close();
            }
            throw explained(e);
        }
    }

    private int vocabulary() {
        return model.config().vocabularySize();
    }

    /** Remembers what was said, so that the next messages go on from it. */
    void remember(Turn turn, GenerationResult result) {
        model.answered();
        conversation.remember(turn, result);
    }
}
