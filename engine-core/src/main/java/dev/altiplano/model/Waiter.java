package dev.altiplano.model;

import org.jspecify.annotations.Nullable;

import java.util.concurrent.CancellationException;

/** Somebody who waits for a turn. What is not volatile is guarded by the lock of {@link Turns}. */
abstract sealed class Waiter permits Reader, Chore {
    volatile boolean done;
    volatile @Nullable Thread thread;
    boolean cancelled;
    private @Nullable Throwable failure;

    /** Whether its step may be one with those of others. */
    abstract boolean shares();

    /** Called in a step, by any worker. */
    final void fail(Throwable thrown) {
        failure = thrown;
    }

    final boolean hasFailed() {
        return failure != null;
    }

    /** Ends the wait on the thread that waited. */
    final void finish() {
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
