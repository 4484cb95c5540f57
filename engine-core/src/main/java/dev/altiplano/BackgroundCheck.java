package dev.altiplano;

import dev.altiplano.loader.Checkpoint;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Checks the kernels once in the life of a JVM, on a thread of its own.
 *
 * <p>It starts when the first answer has ended: by then most kernels are compiled, and nobody waits
 * for a first token. It takes about a second of one processor and ends with the model.
 */
final class BackgroundCheck implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(BackgroundCheck.class);

    /** Whether some model's check is running or has run to its end. */
    private static final AtomicBoolean TAKEN = new AtomicBoolean();

    private static volatile List<PerformanceFinding> found = List.of();

    private final Checkpoint checkpoint;
    private final ModelOptions options;
    private @Nullable Thread thread; // guarded by this
    private volatile boolean closed;

    BackgroundCheck(Checkpoint checkpoint, ModelOptions options) {
        this.checkpoint = checkpoint;
        this.options = options;
    }

    /** What a check has found in this JVM. */
    static List<PerformanceFinding> findings() {
        return found;
    }

    /** Starts, unless a model of this JVM has done so before. */
    void start() {
        if (options.checksKernels() && !TAKEN.get()) {
            startThread();
        }
    }

    private synchronized void startThread() {
        if (!closed && TAKEN.compareAndSet(false, true)) {
            thread =
                    Thread.ofPlatform()
                            .name("altiplano-kernel-check")
                            .daemon()
                            .priority(Thread.MIN_PRIORITY)
                            .start(this::check);
        }
    }

    private void check() {
        try {
            found = PerformanceCheck.kernels(checkpoint, options, () -> closed);
            found.forEach(PerformanceLog::tell);
        } catch (RuntimeException | InternalError e) { // a shard was cut short: steps will say so
            LOG.debug("the check of the kernels has failed", e);
        }
        if (closed) {
            TAKEN.set(false); // the next model may try
        }
    }

    /** Ends the check, and waits for that. */
    @Override
    public void close() {
        Thread running;
        synchronized (this) {
            closed = true;
            running = thread;
        }
        boolean interrupted = false;
        while (running != null && running.isAlive()) {
            try {
                running.join();
            } catch (InterruptedException e) {
                interrupted = true; // it ends within milliseconds
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
