package dev.altiplano;

import dev.altiplano.cache.KvSettings;
import dev.altiplano.kernels.KvType;

import org.jspecify.annotations.Nullable;

import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.function.Consumer;

/** How a model uses the machine. Immutable: every method returns a changed copy. */
public final class ModelOptions {
    private static final int MAX_THREADS = 1024;
    private static final int MAX_BLOCK = 4096;
    private static final long MAX_IMAGE_CACHE = 512 << 20; // ten pictures of Scout's largest kind
    private static final int MAX_ANSWERS = 1 << 20;

    private int threads = Runtime.getRuntime().availableProcessors();
    private int blockSize = 512;
    private KvType keyValueType = KvType.F32;
    private @Nullable Long context;
    private @Nullable Long memoryLimit;
    private @Nullable Long keyValueBudget;
    private long sessionBudget = Long.MAX_VALUE;
    private @Nullable Long prefixCache;
    private KvSettings.@Nullable Place keyValueFolder;
    private KvSettings.@Nullable Place prefixFolder;
    private ImageLimits imageLimits = ImageLimits.defaults();
    private long imageCacheBytes = Math.min(MAX_IMAGE_CACHE, Runtime.getRuntime().maxMemory() / 8);
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
        copy.keyValueBudget = keyValueBudget;
        copy.sessionBudget = sessionBudget;
        copy.prefixCache = prefixCache;
        copy.keyValueFolder = keyValueFolder;
        copy.prefixFolder = prefixFolder;
        copy.imageLimits = imageLimits;
        copy.imageCacheBytes = imageCacheBytes;
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
     * Reads prompts in blocks of at most this many tokens. Larger blocks are faster, most of all in
     * mixtures, where they give each expert more tokens at a time, and take more heap; prompts that
     * begin alike share what was read up to a multiple of it. The default is 512.
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

    /** Takes pictures within these limits. */
    public ModelOptions imageLimits(ImageLimits limits) {
        ModelOptions copy = copy();
        copy.imageLimits = Objects.requireNonNull(limits, "limits");
        return copy;
    }

    /**
     * Remembers so much of what was seen of pictures, on the heap, so that a picture that comes
     * again is not looked at again. By default an eighth of the heap, at most 512 MiB.
     *
     * @param bytes at least 0
     */
    public ModelOptions imageCacheBytes(long bytes) {
        ModelOptions copy = copy();
        copy.imageCacheBytes = inRange("image cache", bytes, 0, Long.MAX_VALUE);
        return copy;
    }

    /**
     * Keeps the keys and values of all sequences together, and what the prefix cache holds, within
     * this many bytes. A request is refused when the tokens it may grow to do not fit beside those
     * of the sequences that are open; what only the prefix cache holds makes room. The default is
     * the memory limit less the model's scratch.
     *
     * @param bytes at least 1
     */
    public ModelOptions keyValueBudget(long bytes) {
        ModelOptions copy = copy();
        copy.keyValueBudget = inRange("key-value budget", bytes, 1, Long.MAX_VALUE);
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
     * Keeps the keys and values of each sequence within this many bytes, those that it shares with
     * others included. The default is no limit but the model's.
     *
     * @param bytes at least 1
     */
    public ModelOptions sessionBudget(long bytes) {
        ModelOptions copy = copy();
        copy.sessionBudget = inRange("session budget", bytes, 1, Long.MAX_VALUE);
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
     * Keeps beginnings of prompts, so that the next prompt that begins alike does not read them
     * again; results are the same bit for bit. Those that were not used for the longest time make
     * room for others. The default is a quarter of the key-value budget.
     *
     * @param bytes most bytes of keys and values to keep; 0 for none
     */
    public ModelOptions prefixCache(long bytes) {
        ModelOptions copy = copy();
        copy.prefixCache = inRange("prefix cache", bytes, 0, Long.MAX_VALUE);
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
     * Keeps what grows with a sequence, the keys and values of layers with full attention, in a
     * file, so that contexts can be larger than memory. The system keeps in memory what there is
     * room for; a fast disk is needed, because each token reads all of it.
     *
     * <p>The file is deleted when the model is closed, and after a crash by the next model that
     * uses the folder.
     *
     * @param folder made if it is missing
     * @param bytes most bytes of the file
     */
    public ModelOptions keyValueFolder(Path folder, long bytes) {
        ModelOptions copy = copy();
        copy.keyValueFolder = place("key-value file", folder, bytes);
        return copy;
    }

    /**
     * Keeps beginnings of prompts in files too, so that they outlive the process. They are found
     * again by the same checkpoint with the same kernels and block size only, because only there
     * results are the same bit for bit.
     *
     * @param folder made if it is missing; may be shared by models and processes
     * @param bytes most bytes of files; those not used for the longest time are deleted
     */
    public ModelOptions prefixFolder(Path folder, long bytes) {
        ModelOptions copy = copy();
        copy.prefixFolder = place("prefix folder", folder, bytes);
        return copy;
    }

    private static KvSettings.Place place(String what, Path folder, long bytes) {
        return new KvSettings.Place(
                Objects.requireNonNull(folder, "folder"), inRange(what, bytes, 1, Long.MAX_VALUE));
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

    OptionalLong keyValueBudget() {
        return keyValueBudget == null ? OptionalLong.empty() : OptionalLong.of(keyValueBudget);
    }

    long sessionBudget() {
        return sessionBudget;
    }

    OptionalLong prefixCache() {
        return prefixCache == null ? OptionalLong.empty() : OptionalLong.of(prefixCache);
    }

    KvSettings.@Nullable Place keyValueFolder() {
        return keyValueFolder;
    }

    KvSettings.@Nullable Place prefixFolder() {
        return prefixFolder;
    }

    ImageLimits imageLimits() {
        return imageLimits;
    }

    long imageCacheBytes() {
        return imageCacheBytes;
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
