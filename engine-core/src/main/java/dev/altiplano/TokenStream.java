package dev.altiplano;

import dev.altiplano.generate.EndReason;
import dev.altiplano.generate.GeneratedToken;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * An answer as it is made. Each event is computed when it is asked for, on the asking thread or,
 * together with the tokens of other answers, on the thread of one of these; one thread at a time.
 *
 * <pre>{@code
 * try (TokenStream stream = model.stream(request)) {
 *     for (GenerationEvent event : stream) {
 *         System.out.print(event.text());
 *     }
 * }
 * }</pre>
 *
 * <p>{@link #close} may come from any thread: a step that runs ends within one layer, in the prompt
 * too, or with the token that other answers want of it, and the answer finishes as {@link
 * FinishReason#CANCELLED}.
 */
public final class TokenStream implements Iterable<GenerationEvent>, AutoCloseable {
    private final Session session;
    private final GenerationRequest request;
    private final Turn turn;
    private final Answer answer;
    private final AtomicBoolean cancelled;
    private final Runnable onEnd;
    private final int cachedTokens;
    private final int promptTokens;
    private final int adoptedBefore;
    private final List<Integer> tokens = new ArrayList<>();
    private final List<GenerationResult.Scores> scores = new ArrayList<>();
    private final StringBuilder text = new StringBuilder();
    private final long started = System.nanoTime();
    private long firstToken;
    private boolean promptRead;
    private boolean iterated;
    private volatile GenerationEvent.@Nullable Finished finished;
    private volatile boolean failed;

    /**
     * An answer of {@code session} that nobody has asked a step of yet.
     *
     * @param cancelled ends the answer when set
     * @param onEnd run when the answer has ended or failed
     */
    TokenStream(
            Session session,
            GenerationRequest request,
            Turn turn,
            Answer answer,
            AtomicBoolean cancelled,
            Runnable onEnd) {
        this.session = session;
        this.request = request;
        this.turn = turn;
        this.answer = answer;
        this.cancelled = cancelled;
        this.onEnd = onEnd;
        cachedTokens = session.read();
        promptTokens = session.unread();
        adoptedBefore = session.adopted();
    }

    /**
     * The events.
     *
     * @throws IllegalStateException if called a second time
     */
    @Override
    public Iterator<GenerationEvent> iterator() {
        if (iterated) {
            throw new IllegalStateException("a stream can be iterated once");
        }
        iterated = true;
        return new Iterator<>() {
            private boolean ended;

            @Override
            public boolean hasNext() {
                return !ended && !failed;
            }

            @Override
            public GenerationEvent next() {
                if (!hasNext()) {
                    throw new NoSuchElementException("the answer has ended");
                }
                GenerationEvent event = advance();
                ended = event instanceof GenerationEvent.Finished;
                return event;
            }
        };
    }

    /** Makes what is left of the answer and returns the whole of it. */
    public GenerationResult await() {
        while (!isFinished()) {
            advance();
        }
        return result().orElseThrow(() -> new IllegalStateException("the answer has failed"));
    }

    /** The whole answer, once it has ended. */
    public Optional<GenerationResult> result() {
        return Optional.ofNullable(finished).map(GenerationEvent.Finished::result);
    }

    /** Ends the answer; what has been made of it is in {@link #result}. */
    @Override
    public void close() {
        cancelled.set(true); // a step that runs ends soon
        session.wakeWaiting();
        if (!isFinished() && !session.isInStep()) { // in a listener: the step finishes it
            session.enterToClose();
            try {
                finishIfCancelled();
            } finally {
                session.leave();
            }
        }
    }

    boolean isFinished() {
        return finished != null || failed;
    }

    private GenerationEvent advance() {
        session.enterStep(cancelled::get);
        try {
            if (finished != null) { // somebody closed the stream in the meantime
                return finished;
            }
            if (session.isClosed()) {
                return finish(EndReason.CANCELLED);
            }
            EndReason noPlace = answer.place().await(answer.interruption());
            if (noPlace != null) {
                return finish(noPlace);
            }
            GenerationEvent event = promptRead ? decode() : readPrompt();
            finishIfCancelled();
            return event;
        } catch (Throwable e) {
            failed = true;
            answer.place().leave();
            onEnd.run();
            throw session.explained(e);
        } finally {
            session.leave();
        }
    }

    private void finishIfCancelled() {
        if (cancelled.get() && !isFinished()) {
            finish(EndReason.CANCELLED);
        }
    }

    private GenerationEvent readPrompt() {
        promptRead = !answer.generator().readPrompt();
        int done = Math.min(session.read() - cachedTokens, promptTokens);
        request.reportProgress(done, promptTokens);
        return new GenerationEvent.PromptRead(done, promptTokens);
    }

    private GenerationEvent decode() {
        Optional<GeneratedToken> next = answer.generator().next();
        if (next.isEmpty()) {
            return finish(answer.generator().endReason().orElse(EndReason.CANCELLED));
        }
        GeneratedToken token = next.get();
        if (tokens.isEmpty()) {
            firstToken = System.nanoTime();
        }
        tokens.add(token.id());
        text.append(token.text());
        Optional<GenerationResult.Scores> score = answer.scores(token);
        score.ifPresent(scores::add);
        return new GenerationEvent.Token(token.id(), token.text(), score);
    }

    private GenerationEvent finish(EndReason reason) {
        String rest = answer.generator().rest();
        text.append(rest);
        GenerationResult whole =
                new GenerationResult(
                        text.toString(),
                        tokens,
                        FinishReason.of(reason),
                        promptTokens,
                        cachedTokens,
                        prefixTokens(),
                        answer.plan().seed(),
                        scores,
                        timings());
        session.remember(turn, whole);
        GenerationEvent.Finished event = new GenerationEvent.Finished(whole, rest);
        finished = event;
        answer.place().leave();
        onEnd.run();
        return event;
    }

    private Timings timings() {
        long now = System.nanoTime();
        long first = tokens.isEmpty() ? now : firstToken;
        return new Timings(
                Duration.ofNanos(first - started),
                Duration.ofNanos(tokens.size() < 2 ? 0 : now - first),
                promptTokens - prefixTokens(),
                Math.max(0, tokens.size() - 1));
    }

    private int prefixTokens() {
        return session.adopted() - adoptedBefore;
    }
}
