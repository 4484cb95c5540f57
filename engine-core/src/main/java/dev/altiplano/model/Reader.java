package dev.altiplano.model;

import dev.altiplano.cache.KvCache;
import dev.altiplano.kernels.Workers;

import org.jspecify.annotations.Nullable;

import java.util.Objects;
import java.util.concurrent.CancellationException;

/**
 * How one sequence asks its model for steps, and what it is waiting for. Made once per sequence, so
 * that a step allocates nothing; one thread at a time.
 */
public final class Reader {
    private static final int[] NONE = {};

    private final TextModel model;
    private final KvCache cache;
    private final Workers.@Nullable Region errand;
    private int[] tokens = NONE;
    private int from;
    private int count;
    private @Nullable Wish wish;

    // what follows belongs to Turns and is guarded by its lock, but for the first
    volatile boolean done;
    @Nullable Thread thread;
    @Nullable Throwable failure;
    boolean cancelled;

    /** When its last step with a single token ended, by {@link System#nanoTime}; 0 for never. */
    long ended;

    /** How long it took then to come back for the next token. */
    long gap;

    /** Number of the step after which it is expected back; 0 when it is not. */
    long expected;

    Reader(TextModel model, KvCache cache) {
        this(model, cache, null);
    }

    private Reader(TextModel model, KvCache cache, Workers.@Nullable Region errand) {
        this.model = model;
        this.cache = cache;
        this.errand = errand;
    }

    /** Asks for a turn to run something else in; has an empty cache and reads nothing. */
    static Reader errand(TextModel model, Workers.Region region) {
        return new Reader(model, model.newCache(), region);
    }

    /** What is to be run instead of a step; null for a step. */
    Workers.@Nullable Region errand() {
        return errand;
    }

    /**
     * Reads one block of tokens and remembers it in the cache.
     *
     * @param tokens ids below the vocabulary's size
     * @param from index of the block's first token
     * @param count tokens in the block; no more than {@link TextModel#blockAt} allows
     * @param wish what the caller wants to see of it
     * @throws IllegalArgumentException if an id or the count is out of range
     * @throws IllegalStateException if the model or the cache is closed
     * @throws CancellationException if the wish was cancelled half-way; the cache is as before
     */
    public void read(int[] tokens, int from, int count, Wish wish) {
        model.check(tokens, from, count, cache);
        cache.begin(count);
        want(tokens, from, count, wish);
        try {
            model.read(this);
        } finally {
            this.tokens = NONE;
            this.wish = null;
        }
        cache.commit(count);
    }

    void want(int[] tokens, int from, int count, Wish wish) {
        this.tokens = tokens;
        this.from = from;
        this.count = count;
        this.wish = wish;
    }

    /** Says that no further token is wanted soon, so that no step waits for this sequence. */
    public void rest() {
        model.rest(this);
    }

    KvCache cache() {
        return cache;
    }

    /** Tokens to read. */
    int count() {
        return count;
    }

    int token(int row) {
        return tokens[from + row];
    }

    Wish wish() {
        return Objects.requireNonNull(wish, "nothing is being read");
    }

    /** Whether its step may be one with those of other sequences. */
    boolean shares() {
        return count == 1 && wish().shares();
    }

    /** Called in a step, by any worker. */
    void fail(Throwable thrown) {
        failure = thrown;
    }

    /** Ends the wait for a step on the thread that waited. */
    void finish() {
        Throwable thrown = failure;
        failure = null;
        if (thrown instanceof RuntimeException unchecked) {
            throw unchecked;
        }
        if (thrown instanceof Error error) {
            throw error;
        }
        if (cancelled) {
            cancelled = false;
            throw new CancellationException("cancelled while reading tokens");
        }
    }
}
