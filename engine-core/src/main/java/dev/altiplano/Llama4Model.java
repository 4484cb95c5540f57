package dev.altiplano;

import dev.altiplano.LoadProgress.Stage;
import dev.altiplano.event.FlightRecord;
import dev.altiplano.event.LoadFacts;
import dev.altiplano.event.Span;
import dev.altiplano.generate.GenerationPlan;
import dev.altiplano.generate.Sequence;
import dev.altiplano.kernels.KernelInfo;
import dev.altiplano.kernels.Rows;
import dev.altiplano.loader.ChatTemplate;
import dev.altiplano.loader.Checkpoint;
import dev.altiplano.loader.Llama4Config;
import dev.altiplano.loader.Tokenizer;
import dev.altiplano.model.TextModel;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.IntConsumer;

/**
 * A Llama 4 model, ready to answer. Immutable and shared by all threads: requests that are answered
 * at the same time share one reading of the weights for each token.
 *
 * <pre>{@code
 * try (Llama4Model model = Llama4Model.open(Path.of("Llama-4-Scout-17B-16E-Instruct"))) {
 *     GenerationResult answer =
 *             model.generate(GenerationRequest.chat(Message.user("Why is the sky blue?")));
 *     System.out.println(answer.text());
 * }
 * }</pre>
 */
public final class Llama4Model implements AutoCloseable {
    private final Checkpoint checkpoint;
    private final ModelOptions options;
    private final TextModel text;
    private final WeightMemory weightMemory;
    private final List<PerformanceFinding> settings;
    private final BackgroundCheck kernelCheck;
    private final Places places;
    private final Set<Session> sessions = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    private Llama4Model(Checkpoint checkpoint, ModelOptions options, TextModel text) {
        this.checkpoint = checkpoint;
        this.options = options;
        this.text = text;
        this.weightMemory = new WeightMemory(checkpoint.mappedFiles(), options);
        List<PerformanceFinding> found =
                new ArrayList<>(PerformanceCheck.settings(checkpoint, options));
        found.addAll(weightMemory.findings());
        this.settings = List.copyOf(found);
        this.kernelCheck = new BackgroundCheck(checkpoint, options);
        this.places = new Places(options.answers(), options.waitingAnswers());
        settings.forEach(PerformanceLog::tell);
    }

    /**
     * Opens a checkpoint folder as it was downloaded; as {@link #open(Path, ModelOptions)} with the
     * default options.
     */
    public static Llama4Model open(Path folder) {
        return open(folder, ModelOptions.defaults());
    }

    /**
     * Opens a checkpoint folder as it was downloaded. Reads headers only; weights are mapped, not
     * copied.
     *
     * @throws dev.altiplano.loader.CheckpointException if anything in the folder is missing, broken
     *     or contradictory
     * @throws InsufficientMemoryException if the plan for the wanted context cannot fit
     */
    public static Llama4Model open(Path folder, ModelOptions options) {
        Span<LoadFacts> span = FlightRecord.load();
        Checkpoint checkpoint = Checkpoint.open(folder);
        try {
            options.report(Stage.CHECKPOINT);
            long context = options.context().orElse(1);
            if (context > checkpoint.config().maxPositions()) {
                throw new IllegalArgumentException(
                        "context is %d, expected at most max_position_embeddings %d"
                                .formatted(context, checkpoint.config().maxPositions()));
            }
            MemoryPlan.of(checkpoint, options, context).require();
            options.report(Stage.MEMORY);
            TextModel text =
                    new TextModel(
                            checkpoint.config(),
                            checkpoint.text(),
                            options.keyValueType(),
                            options.threads(),
                            options.blockSize());
            try {
                Llama4Model model = new Llama4Model(checkpoint, options, text);
                options.report(Stage.WORKERS);
                options.report(Stage.READY);
                if (span != null) {
                    span.end(model.loadFacts());
                }
                return model;
            } catch (Throwable e) {
                text.close();
                throw e;
            }
        } catch (Throwable e) {
            checkpoint.close();
            throw e;
        }
    }

    private LoadFacts loadFacts() {
        return new LoadFacts(
                checkpoint.folder().toString(),
                config().layers().size(),
                memoryPlan(1).weightBytes(),
                options.threads(),
                KernelInfo.description());
    }

    /**
     * Answers a request.
     *
     * @throws IllegalArgumentException if the prompt is empty, holds an unknown token id or does
     *     not fit the context, or needs a tokenizer that the folder does not have
     * @throws IllegalStateException if the model is closed
     * @throws InsufficientMemoryException if its keys and values cannot fit
     * @throws ModelBusyException if as many answers as {@link ModelOptions#answers} allows are
     *     being made or waited for
     */
    public GenerationResult generate(GenerationRequest request) {
        try (TokenStream stream = stream(request)) {
            return stream.await();
        }
    }

    /** Answers a request bit by bit; errors as {@link #generate}. */
    public TokenStream stream(GenerationRequest request) {
        Session session = newSession();
        try {
            return session.begin(request, session::close);
        } catch (Throwable e) {
            session.close();
            throw e;
        }
    }

    /** A conversation that goes on without reading its past again. */
    public Session newSession() {
        checkUsable();
        Session session = new Session(this);
        sessions.add(session);
        if (closed) { // closed in between: nobody else will
            session.close();
        }
        return session;
    }

    /**
     * Computes logits of a whole sequence.
     *
     * @param ids at least one token id, each below the vocabulary's size
     * @param allPositions logits after every token, or after the last one
     * @throws IllegalArgumentException if an id is unknown, or there are none or too many
     */
    public void logits(int[] ids, boolean allPositions, LogitsConsumer consumer) {
        float[] row = new float[config().vocabularySize()];
        try (Sequence sequence = sequenceOf(ids)) {
            sequence.readAll(
                    allPositions,
                    (position, logits) ->
                            eachRow(logits, row, r -> consumer.accept(position + r, row)));
        } catch (InternalError e) {
            throw explained(e);
        }
    }

    /**
     * Shows what every layer computes for a whole sequence; slow.
     *
     * @param ids as for {@link #logits}
     */
    public void trace(int[] ids, TraceConsumer consumer) {
        float[] logit = new float[config().vocabularySize()];
        float[] hidden = new float[config().hiddenSize()];
        try (Sequence sequence = sequenceOf(ids)) {
            sequence.readAll(
                    true,
                    (position, logits) ->
                            eachRow(logits, logit, r -> consumer.logits(position + r, logit)),
                    (layer, position, x) ->
                            eachRow(x, hidden, r -> consumer.hidden(layer, position + r, hidden)));
        } catch (InternalError e) {
            throw explained(e);
        }
    }

    private Sequence sequenceOf(int[] ids) {
        int[] checked = checked(Arrays.stream(ids).boxed().toList());
        if (checked.length == 0) {
            throw new IllegalArgumentException("no token ids, expected at least one");
        }
        room(checked.length, 0);
        Sequence sequence = newSequence();
        sequence.append(checked);
        return sequence;
    }

    private static void eachRow(Rows rows, float[] copy, IntConsumer use) {
        for (int r = 0; r < rows.count(); r++) {
            System.arraycopy(rows.data(), rows.offset(r), copy, 0, copy.length);
            use.accept(r);
        }
    }

    /** What the checkpoint says about itself. */
    public Llama4Config config() {
        return checkpoint.config();
    }

    /** The tokenizer, if the folder has one. */
    public Optional<Tokenizer> tokenizer() {
        return checkpoint.tokenizerFolder().tokenizer();
    }

    /** The folder's chat template, if it has one; chats without one use Llama 4's. */
    public Optional<ChatTemplate> chatTemplate() {
        return checkpoint.tokenizerFolder().chatTemplate();
    }

    /**
     * What a sequence of so many tokens takes.
     *
     * @param context tokens, at least 1
     */
    public MemoryPlan memoryPlan(long context) {
        return MemoryPlan.of(checkpoint, options, context);
    }

    /**
     * Why this model is slower than it could be: what showed when it was opened, and what the check
     * of the kernels after this JVM's first answer has found.
     */
    public List<PerformanceFinding> performanceFindings() {
        List<PerformanceFinding> all = new ArrayList<>(settings);
        all.addAll(BackgroundCheck.findings());
        return List.copyOf(all);
    }

    /** Called when an answer has ended. */
    void answered() {
        weightMemory.loaded();
        kernelCheck.start();
    }

    /**
     * Ends every answer that is being made, closes all sessions, ends the threads and unmaps the
     * weights. A second call does nothing.
     */
    @Override
    public void close() {
        text.refuseInsidePass();
        closed = true;
        try {
            kernelCheck.close();
            List.copyOf(sessions).forEach(Session::close);
            text.close();
        } finally {
            checkpoint.close();
        }
    }

    /** Who may answer now. */
    Places places() {
        return places;
    }

    int openSessions() {
        return sessions.size();
    }

    boolean isClosed() {
        return closed;
    }

    void forget(Session session) {
        sessions.remove(session);
    }

    Sequence newSequence() {
        return new Sequence(text);
    }

    private void checkUsable() {
        if (closed) {
            throw new IllegalStateException("the model is closed");
        }
        checkpoint.checkUnchanged();
    }

    /**
     * What is to be thrown for a failure in a step.
     *
     * <p>The JVM answers a read behind the end of a mapped file with an {@link InternalError}; if a
     * shard has changed, that is said instead. Errors are thrown from here.
     */
    RuntimeException explained(Throwable failure) {
        if (failure instanceof InternalError) {
            checkpoint.checkUnchanged();
        }
        if (failure instanceof Error error) {
            throw error;
        }
        return (RuntimeException) failure;
    }

    PromptEncoder encoder() {
        Tokenizer tokenizer =
                tokenizer()
                        .orElseThrow(() ->
                                new IllegalArgumentException(
                                        checkpoint.folder()
                                                + ": no tokenizer.json or tokenizer.model; ask"
                                                + " with token ids"));
        return new PromptEncoder(
                tokenizer,
                chatTemplate().orElseGet(ChatTemplate::llama4),
                checkpoint.tokenizerFolder().tokenNames(),
                checkpoint.generationDefaults().bos());
    }

    /** The ids, if the vocabulary has them all. */
    int[] checked(List<Integer> ids) {
        int[] checked = new int[ids.size()];
        for (int i = 0; i < checked.length; i++) {
            checked[i] = ids.get(i);
            if (checked[i] < 0 || checked[i] >= config().vocabularySize()) {
                throw new IllegalArgumentException(
                        "token id %d at index %d is outside the vocabulary, expected 0 to %d"
                                .formatted(checked[i], i, config().vocabularySize() - 1));
            }
        }
        return checked;
    }

    /**
     * Refuses a sequence that cannot fit.
     *
     * @return how many tokens it may have at most
     */
    private long room(long promptTokens, long answerTokens) {
        checkUsable();
        long limit = options.context().orElse(config().maxPositions());
        if (promptTokens > limit) {
            throw new IllegalArgumentException(
                    "the sequence has %d tokens with this prompt, expected at most %d (context)"
                            .formatted(promptTokens, limit));
        }
        long wanted = Math.min(limit, promptTokens + answerTokens);
        MemoryPlan.of(checkpoint, options, Math.max(1, wanted)).require();
        return limit;
    }

    /**
     * Fills in every default, and refuses what cannot fit.
     *
     * @param promptTokens tokens of the sequence with its prompt
     */
    GenerationPlan plan(long promptTokens, GenerationRequest request) {
        if (!request.stopTexts().isEmpty() && tokenizer().isEmpty()) {
            throw new IllegalArgumentException(
                    checkpoint.folder()
                            + ": stop strings need a tokenizer; stop at token ids instead");
        }
        Set<Integer> stopIds = new HashSet<>(request.stopIds());
        if (!request.ignoresStopTokens()) {
            stopIds.addAll(checkpoint.generationDefaults().stopIds());
        }
        return new GenerationPlan(
                request.maxTokens(),
                room(promptTokens, request.maxTokens()),
                request.sampling()
                        .resolve(checkpoint.generationDefaults(), config().vocabularySize()),
                request.sampling().seed().orElseGet(() -> ThreadLocalRandom.current().nextLong()),
                stopIds,
                request.stopTexts(),
                request.logProbabilities(),
                tokenizer().orElse(null));
    }
}
