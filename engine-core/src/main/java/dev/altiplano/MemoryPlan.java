package dev.altiplano;

import dev.altiplano.cache.KvSettings;
import dev.altiplano.cache.KvStore;
import dev.altiplano.generate.Generator;
import dev.altiplano.kernels.KvLayout;
import dev.altiplano.loader.Checkpoint;
import dev.altiplano.loader.Llama4Config;
import dev.altiplano.loader.StoredTensor;
import dev.altiplano.model.TextModel;

import java.util.Locale;

/**
 * What a model takes before anything is taken.
 *
 * <p>Weights are mapped: the operating system keeps as much of them in memory as there is room, so
 * they may exceed it, at the price of reading from disk. Scratch, keys and values must fit.
 *
 * @param weightBytes all tensors of the folder, mapped
 * @param scratchBytes activations of one block and of one step of several sequences, and some
 *     logits, on the heap, once per model
 * @param kernelBytes what kernels take for themselves at most, off the heap, once per model
 * @param requestBytes logits, candidates and counts of one answer, on the heap
 * @param keyValueBytesPerToken growth per token while the first chunk fills
 * @param keyValueBytesPerTokenLater growth per token after that: full layers only
 * @param context tokens of the sequence that is planned for
 * @param keyValueBytes keys and values of one such sequence, in whole pages, off the heap; without
 *     those of full layers if they live in a file ({@link ModelOptions#keyValueFolder})
 * @param availableBytes memory that scratch, keys and values may take
 */
public record MemoryPlan(
        long weightBytes,
        long scratchBytes,
        long kernelBytes,
        long requestBytes,
        long keyValueBytesPerToken,
        long keyValueBytesPerTokenLater,
        long context,
        long keyValueBytes,
        long availableBytes) {
    private static final double MIB = 1 << 20;

    /** The prefix cache keeps this part of the budget at most, when the options do not say. */
    private static final long PREFIX_SHARE = 4;

    /** Everything at once: weights, scratch and one sequence with its keys and values. */
    public long peakBytes() {
        return weightBytes + workingBytes() + keyValueBytes;
    }

    /** What must be there besides weights, keys and values. */
    public long workingBytes() {
        return heapBytes() + kernelBytes;
    }

    private long heapBytes() {
        return scratchBytes + requestBytes;
    }

    /** Whether everything but the weights fits. */
    public boolean fits() {
        return workingBytes() + keyValueBytes <= availableBytes
                && heapBytes() <= Runtime.getRuntime().maxMemory();
    }

    /**
     * Plans one sequence.
     *
     * @param context tokens of the sequence, at least 1
     */
    public static MemoryPlan of(Checkpoint checkpoint, ModelOptions options, long context) {
        long weights = checkpoint.tensors().stream().mapToLong(StoredTensor::bytes).sum();
        return of(checkpoint.config(), weights, options, context);
    }

    /** As {@link #of(Checkpoint, ModelOptions, long)}, without a folder. */
    static MemoryPlan of(Llama4Config config, long weights, ModelOptions options, long context) {
        KvLayout layout = new KvLayout(config.kvHeads(), config.headDim(), options.keyValueType());
        long layerBytes = layout.pageBytes() / KvLayout.PAGE;
        long growing = config.layers().stream().filter(kind -> !kind.chunked()).count();
        long scratch =
                TextModel.scratchBytes(config, layout, options.threads(), options.blockSize());
        long kernels = kernelBytes(config, layout, options);
        long request = Generator.bytes(config.vocabularySize());
        return new MemoryPlan(
                weights,
                scratch,
                kernels,
                request,
                layerBytes * config.layers().size(),
                layerBytes * growing,
                context,
                keyValueBytes(config, layout, options, context),
                available(options, scratch + kernels + request));
    }

    private static long keyValueBytes(
            Llama4Config config, KvLayout layout, ModelOptions options, long context) {
        return options.keyValueFolder() == null
                ? KvStore.bytes(config, layout, context)
                : KvStore.chunkedBytes(config, layout, context);
    }

    private static long kernelBytes(Llama4Config config, KvLayout layout, ModelOptions options) {
        return TextModel.kernelBytes(config, layout, options.threads(), options.blockSize());
    }

    private static long available(ModelOptions options, long working) {
        long memory = options.memoryLimit().orElseGet(Machine::totalBytes);
        long budget =
                Math.min(options.keyValueBudget().orElse(Long.MAX_VALUE), options.sessionBudget());
        return budget > memory - working ? memory : working + budget;
    }

    /**
     * The limits of keys and values that follow from the options.
     *
     * @param identity what decides about their bits besides the tokens
     */
    static KvSettings settings(Llama4Config config, ModelOptions options, String identity) {
        long memory = options.memoryLimit().orElseGet(Machine::totalBytes);
        long budget =
                options.keyValueBudget().orElse(memory - of(config, 0, options, 1).workingBytes());
        return new KvSettings(
                budget,
                options.sessionBudget(),
                options.prefixCache().orElse(budget / PREFIX_SHARE),
                options.keyValueFolder(),
                options.prefixFolder(),
                identity);
    }

    /** Refuses a plan that does not fit. */
    void require() {
        if (!fits()) {
            throw new InsufficientMemoryException(
                    ("a context of %d tokens needs %s for keys and values, %s of heap for scratch"
                                    + " and %s for kernels, expected at most %s together and %s of"
                                    + " heap (weights: %s, mapped)")
                            .formatted(
                                    context,
                                    size(keyValueBytes),
                                    size(heapBytes()),
                                    size(kernelBytes),
                                    size(availableBytes),
                                    size(Runtime.getRuntime().maxMemory()),
                                    size(weightBytes)));
        }
    }

    /** In words. */
    static String size(long bytes) {
        return bytes < 1L << 30
                ? String.format(Locale.ROOT, "%.1f MiB", bytes / MIB)
                : String.format(Locale.ROOT, "%.2f GiB", bytes / (1024 * MIB));
    }
}
