package dev.altiplano.model;

import dev.altiplano.cache.KvCache;
import dev.altiplano.cache.KvStore;
import dev.altiplano.kernels.KernelInfo;
import dev.altiplano.kernels.KernelMemory;
import dev.altiplano.kernels.KvLayout;
import dev.altiplano.kernels.Workers;
import dev.altiplano.loader.LayerKind;
import dev.altiplano.loader.Llama4Config;
import dev.altiplano.loader.TextWeights;

import java.util.OptionalInt;

/**
 * The text model: embedding, decoder layers, final norm, head.
 *
 * <p>Used by many threads, each with a {@link Reader} of its own. Steps run one after the other;
 * what several sequences want to read at the same time is read in one step, if it is a single token
 * of each.
 */
public final class TextModel implements AutoCloseable {
    /** More sequences in a step than this share nothing that matters any more. */
    private static final int MOST_SEQUENCES = 32;

    private final Llama4Config config;
    private final KvStore store;
    private final KvLayout layout;
    private final OptionalInt chunkSize;
    private final int blockSize;
    private final StepRunner runner;

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
        this.blockSize = blockSize;
        chunkSize =
                config.layers().stream().anyMatch(LayerKind::chunked)
                        ? config.chunkSize()
                        : OptionalInt.empty();
        this.store = store;
        layout = store.layout();
        Network network = new Network(config, weights, layout);
        runner = new StepRunner(network, threads, blockSize, mostSequences());
    }

    /**
     * Sequences that one step serves at most. In so few rows the bits of a row do not depend on the
     * others.
     */
    public static int mostSequences() {
        return Math.min(MOST_SEQUENCES, KernelInfo.fewRows());
    }

    /**
     * Heap that the scratch of a model takes, in bytes: activations of one block, of one step of
     * several sequences, some logits, and what each worker's kernels need.
     */
    public static long scratchBytes(
            Llama4Config config, KvLayout layout, int threads, int blockSize) {
        int sequences = mostSequences();
        long logitRows = Math.max(sequences, Math.min(Pass.LOGIT_ROWS, blockSize));
        long logits = logitRows * ((long) config.vocabularySize() + config.hiddenSize());
        return Float.BYTES * (Step.floats(config) * (blockSize + sequences) + logits)
                + threads * KernelMemory.workerHeapBytes(layout, config.heads());
    }

    /**
     * Off-heap memory that kernels take for themselves at most, in bytes: by each worker, and for
     * second copies of the activations of a block.
     */
    public static long kernelBytes(
            Llama4Config config, KvLayout layout, int threads, int blockSize) {
        int rows = Math.max(blockSize, mostSequences());
        long packed = blockSize > KernelInfo.fewRows() ? blockSize * Step.packedFloats(config) : 0;
        packed += (long) Pass.LOGIT_ROWS * config.hiddenSize();
        int inputs = Step.mostInputs(config);
        return threads * KernelMemory.workerBytes(inputs, rows, layout, config.heads())
                + Float.BYTES * packed;
    }

    /** What of {@link #kernelBytes} has been taken so far. */
    public long kernelBytesTaken() {
        return runner.kernelBytes();
    }

    /** An empty memory for one sequence. */
    public KvCache newCache() {
        return store.newCache();
    }

    /** The memory of all sequences. */
    public KvStore store() {
        return store;
    }

    /** Reads for one sequence. */
    public Reader newReader(KvCache cache) {
        return new Reader(this, cache);
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

    /** Runs the reader's step, with others if it can be; in its turn. */
    void read(Reader reader) {
        runner.turns().await(reader);
        reader.finish();
    }

    void rest(Reader reader) {
        runner.turns().rest(reader);
    }

    /**
     * Runs something else on the worker team, in turn with the steps.
     *
     * @throws IllegalStateException if the model is closed
     */
    public void run(Workers.Region region) {
        refuseInsidePass();
        read(Reader.errand(this, region));
    }

    /** Refuses calls from listeners of a pass: they would change it half-way. */
    public void refuseInsidePass() {
        if (runner.turns().isRunning()) {
            throw new IllegalStateException(
                    "the model is in the middle of a step; use it after the listener has returned");
        }
    }

    /** Refuses a block that cannot be read. */
    void check(int[] tokens, int from, int count, KvCache cache) {
        refuseInsidePass();
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

    /** Ends the worker threads; waits for a step that runs. */
    @Override
    public void close() {
        refuseInsidePass();
        runner.close();
        store.close();
    }
}
