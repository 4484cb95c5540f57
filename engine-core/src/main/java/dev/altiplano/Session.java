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
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;

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
    private final List<TurnMark> marks = new ArrayList<>();
    private final IdentityHashMap<Image, Picture> pictures =
            new IdentityHashMap<>(); // of the conversation
    private Sequence sequence;
    private boolean holdsOtherThanChat;
    private boolean endedByStopToken;
    private @Nullable String
            transcript; // the words the sequence stands for, when it can go on from them
    private @Nullable String words; // of the last turn: all earlier transcripts are its beginnings
    private @Nullable TokenStream answer;
    private Places.@Nullable Place place; // of the last answer
    private volatile boolean closed;

    Session(Llama4Model model) {
        this(model, model.newSequence());
    }

    private Session(Llama4Model model, Sequence sequence) {
        this.model = model;
        this.sequence = sequence;
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
            Session fork = new Session(model, sequence.fork());
            fork.continueTalk(talk());
            fork.pictures.putAll(pictures);
            return model.added(fork);
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
                goBackTo(position);
            }
        } finally {
            leave();
        }
    }

    private SavedSession.Talk talk() {
        return new SavedSession.Talk(
                List.copyOf(conversation),
                List.copyOf(marks),
                holdsOtherThanChat,
                endedByStopToken,
                words,
                transcript);
    }

    private void continueTalk(SavedSession.Talk talk) {
        conversation.addAll(talk.messages());
        marks.addAll(talk.marks());
        holdsOtherThanChat = talk.holdsOtherThanChat();
        endedByStopToken = talk.endedByStopToken();
        words = talk.words();
        transcript = talk.transcript();
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
                            talk());
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
            Session session = new Session(model, sequence);
            session.continueTalk(saved.talk());
            session.findPictures(saved.pictures());
            return session;
        } catch (Throwable e) {
            sequence.close();
            throw e;
        }
    }

    /**
     * Tells the sequence where its pictures come from: the messages, as far as they are there. They
     * are needed if their tokens are read again.
     */
    private void findPictures(List<PatchPositions> wanted) {
        Map<String, FeatureSource> known = new HashMap<>();
        if (!wanted.isEmpty()) {
            pictures(conversation)
                    .forEach(picture -> known.put(picture.features().digest(), picture.features()));
        }
        for (PatchPositions picture : wanted) {
            FeatureSource source = known.get(picture.digest());
            sequence.appendPicture(
                    picture.positions(),
                    source != null ? source : new LostPicture(picture.digest()));
        }
    }

    private void goBackTo(int position) {
        while (!marks.isEmpty() && marks.getLast().wholeLength() > position) {
            marks.removeLast();
        }
        if (!marks.isEmpty() && marks.getLast().wholeLength() == position) {
            goBackTo(marks.removeLast());
            return;
        }
        sequence.truncate(position);
        conversation.clear();
        words = null;
        transcript = null;
        endedByStopToken = false;
        holdsOtherThanChat = position > 0;
    }

    private void goBackTo(TurnMark mark) {
        sequence.truncate(mark.length());
        endedByStopToken = mark.dropped() >= 0;
        if (endedByStopToken) {
            sequence.append(mark.dropped());
        }
        conversation.subList(mark.messages(), conversation.size()).clear();
        holdsOtherThanChat = mark.holdsOtherThanChat();
        transcript =
                words == null || mark.transcript() < 0
                        ? null
                        : words.substring(0, mark.transcript());
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

    /** Tokens in all that were taken from the prefix cache. */
    int adopted() {
        return sequence.adopted();
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
            marks.clear();
        }
        int dropped = -1;
        if (endedByStopToken && turn.words() != null && sequence.read() < sequence.length()) {
            dropped = sequence.lastToken();
            sequence.dropUnread(); // the template writes the end of the answer itself
        }
        marks.add(
                new TurnMark(
                        sequence.length(),
                        dropped,
                        conversation.size(),
                        holdsOtherThanChat,
                        transcript == null ? -1 : transcript.length()));
        words = turn.words();
        endedByStopToken = false;
        model.promptPictures().append(turn.ids(), turn.pictures(), sequence);
        keepOnly(turn.messages());
        holdsOtherThanChat |= turn.words() == null;
        transcript = null;
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

    private Turn turn(GenerationRequest request) {
        return switch (request.prompt()) {
            case Prompt.Tokens tokens -> Turn.of(model.checked(tokens.ids()), shown(request));
            case Prompt.Text text -> turn(text, shown(request));
            case Prompt.Chat chat -> turn(chat, request);
        };
    }

    private List<Picture> shown(GenerationRequest request) {
        PromptPictures prompt = model.promptPictures();
        prompt.requireCount(request.images().size());
        return prompt.prepare(request.images());
    }

    private Turn turn(Prompt.Text text, List<Picture> shown) {
        PromptEncoder encoder = model.encoder();
        int[] ids = encoder.text(text, sequence.length() == 0);
        if (shown.isEmpty()) {
            return Turn.of(ids, shown);
        }
        ImageLayout layout = model.promptPictures().layout(encoder.tokenizer());
        return Turn.of(layout.expandOrInsert(ids, shown, encoder.begins(ids)), shown);
    }

    private Turn turn(Prompt.Chat chat, GenerationRequest request) {
        if (holdsOtherThanChat) {
            throw new IllegalStateException(
                    "this session holds text or ids that are no messages; start a new one for a"
                            + " chat");
        }
        List<Message> all = new ArrayList<>(conversation);
        all.addAll(chat.messages());
        model.promptPictures().requireCount(images(chat.messages()).count());
        List<Picture> past = pictures(conversation);
        List<Picture> shown = pictures(chat.messages());
        PromptEncoder encoder = model.encoder();
        PromptEncoder.Rendered rendered = encoder.chat(all, request.templateVariables());
        Optional<int[]> more =
                transcript == null ? Optional.empty() : rendered.idsAfter(transcript);
        boolean keepsPast = more.isPresent();
        List<Picture> read =
                keepsPast ? shown : Stream.concat(past.stream(), shown.stream()).toList();
        int[] ids = more.orElseGet(rendered::ids);
        if (!read.isEmpty()) {
            ids = model.promptPictures().layout(encoder.tokenizer()).expand(ids, read);
        }
        return new Turn(ids, keepsPast, rendered.text(), chat.messages(), read);
    }

    /** The pictures in messages; those seen before are not read and cut again. */
    private List<Picture> pictures(List<Message> messages) {
        List<Image> images = images(messages).toList();
        List<Image> unseen =
                images.stream().filter(image -> !pictures.containsKey(image)).distinct().toList();
        List<Picture> prepared = model.promptPictures().prepare(unseen);
        for (int i = 0; i < unseen.size(); i++) {
            pictures.put(unseen.get(i), prepared.get(i));
        }
        return images.stream().map(pictures::get).toList();
    }

    /** Forgets pictures of requests that were refused. */
    private void keepOnly(List<Message> added) {
        List<Image> kept = Stream.concat(images(conversation), images(added)).toList();
        pictures.keySet().retainAll(kept);
    }

    private static Stream<Image> images(List<Message> messages) {
        return messages.stream()
                .flatMap(message -> message.content().stream())
                .flatMap(part -> part instanceof Image image ? Stream.of(image) : Stream.empty());
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
