package dev.altiplano;

import dev.altiplano.LoadProgress.Stage;
import dev.altiplano.cache.CacheFullException;
import dev.altiplano.cache.KvFile;
import dev.altiplano.cache.KvFileException;
import dev.altiplano.cache.KvStore;
import dev.altiplano.event.FlightRecord;
import dev.altiplano.event.LoadFacts;
import dev.altiplano.event.Span;
import dev.altiplano.generate.GenerationPlan;
import dev.altiplano.generate.Sequence;
import dev.altiplano.kernels.KernelInfo;
import dev.altiplano.kernels.KvLayout;
import dev.altiplano.kernels.Rows;
import dev.altiplano.loader.ChatTemplate;
import dev.altiplano.loader.Checkpoint;
import dev.altiplano.loader.Llama4Config;
import dev.altiplano.loader.Tokenizer;
import dev.altiplano.model.TextModel;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.UncheckedIOException;
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
    private final @Nullable ImageEncoder images; // null in text models
    private final WeightMemory weightMemory;
    private final List<PerformanceFinding> settings;
    private final BackgroundCheck kernelCheck;
    private final SessionFiles sessionFiles;
    private final Places places;
    private final Set<Session> sessions = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    private Llama4Model(Checkpoint checkpoint, ModelOptions options, TextModel text) {
        this.checkpoint = checkpoint;
        this.options = options;
        this.text = text;
        this.images =
                checkpoint
                        .vision()
                        .map(vision ->
                                new ImageEncoder(vision, options, text::run, this::checkUsable))
                        .orElse(null);
        this.weightMemory = new WeightMemory(checkpoint.mappedFiles(), options);
        List<PerformanceFinding> found =
                new ArrayList<>(PerformanceCheck.settings(checkpoint, options));
        found.addAll(weightMemory.findings());
        this.settings = List.copyOf(found);
        this.kernelCheck = new BackgroundCheck(checkpoint, options);
        this.sessionFiles = new SessionFiles(checkpoint, text.layout());
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
                            keyValues(checkpoint, options),
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

    private static KvStore keyValues(Checkpoint checkpoint, ModelOptions options) {
        Llama4Config config = checkpoint.config();
        KvLayout layout = new KvLayout(config.kvHeads(), config.headDim(), options.keyValueType());
        String identity =
                options.prefixFolder() == null
                        ? "" // keys are compared within this model only
                        : SessionFiles.identity(checkpoint, layout, options.blockSize());
        return new KvStore(
                config,
                layout,
                MemoryPlan.settings(config, options, identity),
                options.blockSize());
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
        return added(new Session(this));
    }

    /**
     * Takes up a session that {@link Session#save} has written, with the same checkpoint and the
     * same type of keys and values. Nothing is read again: the session answers as the saved one
     * would have.
     *
     * @throws SessionFileException if the file holds no session, one of another checkpoint, or is
     *     torn or damaged
     * @throws InsufficientMemoryException if its keys and values do not fit
     * @throws UncheckedIOException if the file cannot be read
     */
    public Session restore(Path file) {
        checkUsable();
        try (KvFile saved = KvFile.open(file)) {
            return added(Session.restored(this, saved, sessionFiles.header(saved)));
        } catch (KvFileException e) {
            throw new SessionFileException(String.valueOf(e.getMessage()), e);
        } catch (CacheFullException e) {
            throw explained(e);
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "%s: cannot be read: %s".formatted(file, e.getMessage()), e);
        }
    }

    /** What keys and values must have in common to be exchanged between models. */
    String cacheIdentity() {
        return sessionFiles.identity();
    }

    /** Closes the session with the model. */
    Session added(Session session) {
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
        logits(ids, List.of(), allPositions, consumer);
    }

    /**
     * As {@link #logits(int[], boolean, LogitsConsumer)}, with pictures.
     *
     * @param images whose features replace the patch tokens among the ids, in order
     * @throws IllegalArgumentException also if there are more or fewer patch tokens than features
     */
    public void logits(
            int[] ids, List<Image> images, boolean allPositions, LogitsConsumer consumer) {
        float[] row = new float[config().vocabularySize()];
        try (Sequence sequence = sequenceOf(ids, images)) {
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
        trace(ids, List.of(), consumer);
    }

    /** As {@link #trace(int[], TraceConsumer)}, with pictures as for the logits. */
    public void trace(int[] ids, List<Image> images, TraceConsumer consumer) {
        float[] logit = new float[config().vocabularySize()];
        float[] hidden = new float[config().hiddenSize()];
        try (Sequence sequence = sequenceOf(ids, images)) {
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

    private Sequence sequenceOf(int[] ids, List<Image> shown) {
        int[] checked = checked(Arrays.stream(ids).boxed().toList());
        if (checked.length == 0) {
            throw new IllegalArgumentException("no token ids, expected at least one");
        }
        PromptPictures prompt = promptPictures();
        prompt.requireCount(shown.size());
        List<Picture> pictures = prompt.prepare(shown);
        prompt.require(checked, pictures);
        room(checked.length, 0);
        Sequence sequence = newSequence();
        try {
            sequence.reserve(checked.length, sequence);
        } catch (CacheFullException e) {
            throw explained(e);
        }
        prompt.append(checked, pictures, sequence);
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

    /** What this model does with pictures; empty when the checkpoint has no image tower. */
    public Optional<ImageEncoder> imageEncoder() {
        return Optional.ofNullable(images);
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

    /**
     * Off-heap bytes in pages of keys and values: those of open sessions, pages that they share
     * counted once, and those that the prefix cache keeps.
     */
    public long keyValueBytes() {
        return text.store().heldBytes();
    }

    /** Forgets the beginnings of prompts that were kept for the next one that begins alike. */
    public void clearPrefixCache() {
        text.store().prefixes().clear();
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
        if (failure instanceof CacheFullException full) {
            return new InsufficientMemoryException(String.valueOf(full.getMessage()), full);
        }
        if (failure instanceof Error error) {
            throw error;
        }
        return (RuntimeException) failure;
    }

    /** What prompts do with their pictures. */
    PromptPictures promptPictures() {
        return new PromptPictures(images, checkpoint.folder());
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
