package dev.altiplano;

import dev.altiplano.kernels.KvType;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.function.Consumer;

/** How a model uses the machine. Immutable: every method returns a changed copy. */
public final class ModelOptions {
    private static final int MAX_THREADS = 1024;
    private static final int MAX_BLOCK = 4096;
    private static final int MAX_ANSWERS = 1 << 20;

    private int threads = Runtime.getRuntime().availableProcessors();
    private int blockSize = 256;
    private KvType keyValueType = KvType.F32;
    private @Nullable Long context;
    private @Nullable Long memoryLimit;
    private int answers = 64;
    private int waitingAnswers = 1024;
    private boolean advisesSystem;
    private boolean locksWeights;
    private boolean checksKernels = true;
    private @Nullable Consumer<LoadProgress> progress;

    private ModelOptions() {}

    /** All processors, FP32 keys and values, as much context as model and memory allow. */
    public static ModelOptions defaults() {
        return new ModelOptions();
    }

    private ModelOptions copy() {
        ModelOptions copy = new ModelOptions();
        copy.threads = threads;
        copy.blockSize = blockSize;
        copy.keyValueType = keyValueType;
        copy.context = context;
        copy.memoryLimit = memoryLimit;
        copy.answers = answers;
        copy.waitingAnswers = waitingAnswers;
        copy.advisesSystem = advisesSystem;
        copy.locksWeights = locksWeights;
        copy.checksKernels = checksKernels;
        copy.progress = progress;
        return copy;
    }

    /**
     * Computes with up to this many threads, the calling one included; a step runs on fewer where
     * that is faster. Results do not depend on it. The default is the number of processors that
     * this process may use.
     *
     * @param threads 1 to 1024
     */
    public ModelOptions threads(int threads) {
        ModelOptions copy = copy();
        copy.threads = (int) inRange("threads", threads, 1, MAX_THREADS);
        return copy;
    }

    /**
     * Reads prompts in blocks of at most this many tokens. Larger blocks are faster and take more
     * heap; a stream can be cancelled between blocks and between the layers of one.
     *
     * @param tokens 1 to 4096
     */
    public ModelOptions blockSize(int tokens) {
        ModelOptions copy = copy();
        copy.blockSize = (int) inRange("block size", tokens, 1, MAX_BLOCK);
        return copy;
    }

    /** Stores keys and values this way: FP32 is exact, BF16 takes half the memory. */
    public ModelOptions keyValueType(KvType type) {
        ModelOptions copy = copy();
        copy.keyValueType = Objects.requireNonNull(type, "type");
        return copy;
    }

    /**
     * Lets each sequence grow to this many tokens; a model whose plan for it cannot fit is not
     * opened.
     *
     * @param tokens at least 1, at most what the model was made for
     */
    public ModelOptions context(long tokens) {
        ModelOptions copy = copy();
        copy.context = inRange("context", tokens, 1, Integer.MAX_VALUE);
        return copy;
    }

    /**
     * Plans with this much memory for scratch, keys and values, instead of the machine's.
     *
     * @param bytes at least 1
     */
    public ModelOptions memoryLimit(long bytes) {
        ModelOptions copy = copy();
        copy.memoryLimit = inRange("memory limit", bytes, 1, Long.MAX_VALUE);
        return copy;
    }

    /**
     * Makes at most so many answers at the same time, from the first step of a request to its end;
     * so many more wait for their turn when their first step is asked for, in the order in which
     * they were; those beyond are refused with a {@link ModelBusyException}. The default is 64 and
     * 1024.
     *
     * @param most answers at a time, 1 to 1048576
     * @param waiting requests that may wait, 0 to 1048576
     */
    public ModelOptions answers(int most, int waiting) {
        ModelOptions copy = copy();
        copy.answers = (int) inRange("answers at a time", most, 1, MAX_ANSWERS);
        copy.waitingAnswers = (int) inRange("waiting requests", waiting, 0, MAX_ANSWERS);
        return copy;
    }

    /**
     * Whether the system is told how the weights are used: read from end to end at first, and in
     * huge pages where it has them. Needs {@code --enable-native-access}; what the system refuses
     * is in {@link Llama4Model#performanceFindings} and in the log, and does no harm. The default
     * is no.
     */
    public ModelOptions adviseSystem(boolean wanted) {
        ModelOptions copy = copy();
        copy.advisesSystem = wanted;
        return copy;
    }

    /**
     * Whether all weights are read at opening and locked in memory until the model is closed, so
     * that the system never throws them out. Needs {@code --enable-native-access} and a limit of
     * locked memory that allows it; where that is refused, the model works as without, and {@link
     * Llama4Model#performanceFindings} and the log say so. The default is no.
     */
    public ModelOptions lockWeights(boolean wanted) {
        ModelOptions copy = copy();
        copy.locksWeights = wanted;
        return copy;
    }

    /**
     * Whether the first answer of a process is followed by a check of the kernels in the
     * background: about a second of one processor. What it finds is in {@link
     * Llama4Model#performanceFindings} and in the log.
     */
    public ModelOptions kernelCheck(boolean wanted) {
        ModelOptions copy = copy();
        copy.checksKernels = wanted;
        return copy;
    }

    /** Is told about the stages of opening, on the opening thread. */
    public ModelOptions onProgress(Consumer<LoadProgress> listener) {
        ModelOptions copy = copy();
        copy.progress = Objects.requireNonNull(listener, "listener");
        return copy;
    }

    int threads() {
        return threads;
    }

    int blockSize() {
        return blockSize;
    }

    KvType keyValueType() {
        return keyValueType;
    }

    OptionalLong context() {
        return context == null ? OptionalLong.empty() : OptionalLong.of(context);
    }

    OptionalLong memoryLimit() {
        return memoryLimit == null ? OptionalLong.empty() : OptionalLong.of(memoryLimit);
    }

    int answers() {
        return answers;
    }

    int waitingAnswers() {
        return waitingAnswers;
    }

    boolean advisesSystem() {
        return advisesSystem;
    }

    boolean locksWeights() {
        return locksWeights;
    }

    boolean checksKernels() {
        return checksKernels;
    }

    void report(LoadProgress.Stage stage) {
        if (progress != null) {
            List<LoadProgress.Stage> stages = List.of(LoadProgress.Stage.values());
            progress.accept(new LoadProgress(stage, stages.indexOf(stage) + 1, stages.size()));
        }
    }

    private static long inRange(String what, long value, long from, long to) {
        if (value < from || value > to) {
            throw new IllegalArgumentException(
                    "%s is %d, expected %d to %d".formatted(what, value, from, to));
        }
        return value;
    }
}
