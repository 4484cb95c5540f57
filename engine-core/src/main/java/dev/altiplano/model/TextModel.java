package dev.altiplano.model;

import dev.altiplano.cache.KvCache;
import dev.altiplano.cache.KvStore;
import dev.altiplano.kernels.Embedding;
import dev.altiplano.kernels.KvLayout;
import dev.altiplano.kernels.Linear;
import dev.altiplano.kernels.RmsNorm;
import dev.altiplano.kernels.Rows;
import dev.altiplano.kernels.TeamSize;
import dev.altiplano.kernels.Worker;
import dev.altiplano.kernels.Workers;
import dev.altiplano.loader.DenseWeights;
import dev.altiplano.loader.LayerKind;
import dev.altiplano.loader.LayerWeights;
import dev.altiplano.loader.Llama4Config;
import dev.altiplano.loader.MixtureWeights;
import dev.altiplano.loader.TextWeights;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.concurrent.CancellationException;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The text model: embedding, decoder layers, final norm, head.
 *
 * <p>Used by many threads; passes run one after the other, in the order in which they were asked
 * for.
 */
public final class TextModel implements AutoCloseable {
    /**
     * Rows of logits made at once when all positions are wanted: 13 MB for Llama 4's vocabulary.
     */
    private static final int LOGIT_ROWS = 16;

    private static final int[] NONE = {};

    private final Llama4Config config;
    private final TextWeights weights;
    private final List<DecoderLayer> layers;
    private final KvStore store;
    private final KvLayout layout;
    private final OptionalInt chunkSize;
    private final int blockSize;
    private final Workers workers;
    private final TeamSize[] sizes; // [log2 of the tokens in a block, rounded down]
    private final ReentrantLock turn = new ReentrantLock(true);
    private final Step step;
    private final Rows selected;
    private final Rows logits;
    private final Pass pass = new Pass();
    private boolean closed; // guarded by turn

    /**
     * Starts the worker team.
     *
     * @param store memory for keys and values; closed with the model
     * @param threads worker threads, the calling one included; at least 1
     * @param blockSize most tokens in one pass; at least 1
     */
    public TextModel(
            Llama4Config config, TextWeights weights, KvStore store, int threads, int blockSize) {
        this.config = config;
        this.weights = weights;
        this.blockSize = blockSize;
        chunkSize =
                config.layers().stream().anyMatch(LayerKind::chunked)
                        ? config.chunkSize()
                        : OptionalInt.empty();
        this.store = store;
        layout = store.layout();
        layers = layers(config, weights);
        step = new Step(config, layout, blockSize);
        int rows = Math.min(LOGIT_ROWS, blockSize);
        selected = Rows.of(rows, config.hiddenSize());
        logits = Rows.of(rows, config.vocabularySize());
        sizes = new TeamSize[1 + log2(blockSize)];
        Arrays.setAll(sizes, i -> new TeamSize(threads));
        workers = new Workers(threads);
    }

    private static int log2(int count) {
        return 31 - Integer.numberOfLeadingZeros(count);
    }

    private static List<DecoderLayer> layers(Llama4Config config, TextWeights weights) {
        List<DecoderLayer> layers = new ArrayList<>();
        for (int i = 0; i < config.layers().size(); i++) {
            LayerWeights layer = weights.layers().get(i);
            LayerKind kind = config.layers().get(i);
            Positions positions =
                    kind.rotary() ? new Positions.Rotary(config.qkNorm()) : new Positions.None();
            layers.add(
                    new DecoderLayer(
                            layer.attentionNorm(),
                            new Attention(
                                    layer.attention(),
                                    positions,
                                    i,
                                    config.headDim(),
                                    config.normEpsilon()),
                            layer.feedForwardNorm(),
                            feedForward(layer),
                            config.normEpsilon()));
        }
        return List.copyOf(layers);
    }

    private static FeedForward feedForward(LayerWeights layer) {
        return switch (layer.feedForward()) {
            case DenseWeights dense -> new Dense(Expert.of(dense));
            case MixtureWeights mixture ->
                    new Mixture(
                            mixture.router(),
                            mixture.experts().stream().map(Expert::of).toList(),
                            Expert.of(mixture.shared()));
        };
    }

    /**
     * Heap that the scratch of a model takes, in bytes: activations of one block and some logits.
     */
    public static long scratchBytes(Llama4Config config, int blockSize) {
        long logitRows = Math.min(LOGIT_ROWS, blockSize);
        long logits = logitRows * ((long) config.vocabularySize() + config.hiddenSize());
        return Float.BYTES * (Step.floats(config) * blockSize + logits);
    }

    /** An empty memory for one sequence. */
    public KvCache newCache() {
        return store.newCache();
    }

    /** The memory of all sequences. */
    public KvStore store() {
        return store;
    }

    /** How keys and values are stored. */
    public KvLayout layout() {
        return layout;
    }

    /**
     * How many of the next {@code remaining} tokens one pass may read. Blocks end at multiples of
     * the block size, counted from the last chunk border: wherever a sequence is taken up again,
     * what follows is read in the same blocks, and so gets the same bits. No block crosses a chunk
     * border, so that all its rows see the same chunk.
     */
    public int blockAt(int position, int remaining) {
        int inChunk = position;
        int count = remaining;
        if (chunkSize.isPresent()) {
            inChunk = position % chunkSize.getAsInt();
            count = Math.min(count, chunkSize.getAsInt() - inChunk);
        }
        return Math.min(count, blockSize - inChunk % blockSize);
    }

    /** The last position up to {@code position} at which a block would begin. */
    public int blockStart(int position) {
        int inChunk = chunkSize.isPresent() ? position % chunkSize.getAsInt() : position;
        return position - inChunk % blockSize;
    }

    /**
     * Reads one block of tokens and remembers it in {@code cache}.
     *
     * @param tokens ids below the vocabulary's size
     * @param from index of the block's first token
     * @param count tokens in the block; no more than {@link #blockAt} allows
     * @param wish what the caller wants to see of it
     * @throws IllegalArgumentException if an id or the count is out of range
     * @throws IllegalStateException if the model or the cache is closed
     * @throws CancellationException if the wish was cancelled half-way; the cache is as before
     */
    public void read(int[] tokens, int from, int count, KvCache cache, Wish wish) {
        refuseInsidePass();
        checkBlock(tokens, from, count, cache);
        turn.lock();
        try {
            if (closed) {
                throw new IllegalStateException("the model is closed");
            }
            cache.begin(count);
            step.begin(cache, count);
            pass.tokens = tokens;
            pass.from = from;
            pass.wish = wish;
            workers.run(pass, sizes[log2(count)], count);
            if (pass.cancelled) {
                throw new CancellationException("cancelled while reading tokens");
            }
            cache.commit(count);
        } finally {
            pass.release();
            turn.unlock();
        }
    }

    /** Refuses calls from listeners of a pass: they would change it half-way. */
    public void refuseInsidePass() {
        if (turn.isHeldByCurrentThread()) {
            throw new IllegalStateException(
                    "the model is in the middle of a step; use it after the listener has returned");
        }
    }

    private void checkBlock(int[] tokens, int from, int count, KvCache cache) {
        if (count < 1 || count > blockAt(cache.position(), count)) {
            throw new IllegalArgumentException(
                    "a block of %d tokens at position %d, expected 1 to %d"
                            .formatted(
                                    count, cache.position(), blockAt(cache.position(), blockSize)));
        }
        for (int i = from; i < from + count; i++) {
            if (tokens[i] < 0 || tokens[i] >= config.vocabularySize()) {
                throw new IllegalArgumentException(
                        "token id %d at index %d is outside the vocabulary, expected 0 to %d"
                                .formatted(tokens[i], i, config.vocabularySize() - 1));
            }
        }
    }

    /** Ends the worker threads; waits for a pass that runs. */
    @Override
    public void close() {
        refuseInsidePass();
        turn.lock();
        try {
            closed = true;
            workers.close();
            store.close();
        } finally {
            turn.unlock();
        }
    }

    /** One pass as all workers run it; reused, so that a step allocates nothing. */
    private final class Pass implements Workers.Region {
        private int[] tokens = NONE;
        private int from;
        private @Nullable Wish wish;
        private boolean cancelled;

        private void release() {
            tokens = NONE;
            wish = null;
            cancelled = false;
        }

        @Override
        public void run(Worker worker) {
            Wish wanted = Objects.requireNonNull(wish);
            embed(worker);
            step.rope().prepare(worker, step.cache().position(), step.count());
            observe(wanted, 0, step.x, worker);
            for (int i = 0; i < layers.size(); i++) {
                if (stops(wanted, worker)) {
                    return;
                }
                layers.get(i).forward(step.x, step, worker);
                if (i + 1 < layers.size()) {
                    observe(wanted, i + 1, step.x, worker);
                }
            }
            finish(wanted, worker);
        }

        private void embed(Worker worker) {
            for (int row; (row = worker.next(step.count())) >= 0; ) {
                Embedding.row(
                        weights.embedding(), tokens[from + row], step.x.data(), step.x.offset(row));
            }
        }

        /** One worker decides, so that all of them leave at the same layer. */
        private boolean stops(Wish wanted, Worker worker) {
            if (!wanted.cancellable()) {
                return false;
            }
            worker.await(1);
            for (int i; (i = worker.next(1)) >= 0; ) {
                cancelled = wanted.isCancelled();
            }
            worker.await(step.count());
            return cancelled;
        }

        private void finish(Wish wanted, Worker worker) {
            if (wanted.observer() != null) {
                worker.await(step.count());
                RmsNorm.apply(worker, step.x, weights.norm(), config.normEpsilon(), step.normed);
                observe(wanted, layers.size(), step.normed, worker);
            }
            LogitsSink sink = wanted.logits();
            if (sink == null) {
                return;
            }
            int first = wanted.allPositions() ? 0 : step.count() - 1;
            for (int row = first; row < step.count(); row += selected.capacity()) {
                head(row, Math.min(selected.capacity(), step.count() - row), worker);
                worker.await();
                if (worker.index() == 0) {
                    sink.accept(step.cache().position() + row, logits);
                }
            }
        }

        /** Logits of {@code count} rows of the residual stream; await before they are read. */
        private void head(int row, int count, Worker worker) {
            worker.await(1);
            for (int i; (i = worker.next(1)) >= 0; ) {
                selected.resize(count);
                logits.resize(count);
                System.arraycopy(
                        step.x.data(),
                        step.x.offset(row),
                        selected.data(),
                        0,
                        count * selected.width());
            }
            worker.await(count);
            RmsNorm.apply(worker, selected, weights.norm(), config.normEpsilon(), selected);
            worker.await(count);
            Linear.pack(worker, selected);
            worker.await();
            Linear.multiply(worker, weights.head(), selected, logits);
        }

        private void observe(Wish wanted, int layer, Rows x, Worker worker) {
            LayerObserver observer = wanted.observer();
            if (observer != null) {
                worker.await();
                if (worker.index() == 0) {
                    observer.after(layer, step.cache().position(), x);
                }
                worker.await();
            }
        }
    }
}
