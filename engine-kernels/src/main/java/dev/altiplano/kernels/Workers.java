package dev.altiplano.kernels;

import org.jspecify.annotations.Nullable;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A team of threads that runs one {@link Region} at a time: the caller is worker 0, the others are
 * daemon platform threads owned by the team.
 *
 * <p>Between regions the threads spin for about a millisecond, so that the steps of one answer
 * follow each other without a wake-up, and then park: an idle team uses no processor time. Regions
 * of several callers run one after the other in the order of their calls.
 */
public final class Workers implements AutoCloseable {
    /** Work that every worker of the team runs, all at once. */
    @FunctionalInterface
    public interface Region {
        /** Runs on each worker's thread; shares work by {@link Worker#next}. */
        void run(Worker worker);
    }

    /** Ends a worker's part of a region after another one has failed; never leaves the team. */
    private static final class Released extends RuntimeException {
        private static final long serialVersionUID = 1;

        Released() {
            super("another worker failed", null, false, false);
        }
    }

    @SuppressWarnings("StaticAssignmentOfThrowable") // it has no stack trace
    private static final Released RELEASED = new Released();

    /** A thread of a team, so that a nested call can be told from a fresh one. */
    private static final class TeamThread extends Thread {
        final Workers team;
        final Worker worker;
        volatile boolean parked;

        TeamThread(Workers team, Worker worker) {
            this.team = team;
            this.worker = worker;
            setName("altiplano-worker-" + worker.index());
            setDaemon(true);
        }

        @Override
        public void run() {
            team.serve(this);
        }
    }

    /**
     * Every claim of an item: the number of the loop in the upper half, the next item in the lower.
     */
    final AtomicLong claims = new AtomicLong();

    private final int count;
    private final Worker caller;
    private final TeamThread[] threads;
    private final ReentrantLock turn = new ReentrantLock(true);
    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    private final AtomicInteger arrived = new AtomicInteger();
    private final AtomicInteger running = new AtomicInteger();
    private volatile int phase;
    private volatile int epoch;
    private volatile Region region = worker -> {};
    private volatile boolean closed;

    /**
     * Starts a team.
     *
     * @param threads workers, the caller included; at least 1
     * @throws IllegalArgumentException if {@code threads} is below 1
     */
    public Workers(int threads) {
        if (threads < 1) {
            throw new IllegalArgumentException("a team has at least 1 worker, not " + threads);
        }
        count = threads;
        caller = new Worker(this, 0);
        this.threads = new TeamThread[threads - 1];
        for (int i = 1; i < threads; i++) {
            this.threads[i - 1] = new TeamThread(this, new Worker(this, i));
        }
        int started = 0;
        try {
            for (TeamThread thread : this.threads) {
                thread.start();
                started++;
            }
        } finally {
            if (started < this.threads.length) { // the system gives no more threads
                closed = true;
                startEpoch();
                for (TeamThread thread : this.threads) {
                    LockSupport.unpark(thread);
                }
            }
        }
    }

    /** Workers in the team, the caller included. */
    public int count() {
        return count;
    }

    /**
     * Runs {@code region} on every worker and returns when all are done. Waits for regions that
     * other threads asked for earlier.
     *
     * <p>When a worker throws, the others leave at their next {@link Worker#next} or {@link
     * Worker#await}, the first exception is rethrown here, and the team stays usable.
     *
     * @throws IllegalStateException if the team is closed, or the call comes from inside a region
     */
    public void run(Region region) {
        refuseNested("a region cannot start another region of its own team");
        turn.lock();
        try {
            if (closed) {
                throw new IllegalStateException("the team of workers is closed");
            }
            runAlone(region);
        } finally {
            turn.unlock();
        }
    }

    private void runAlone(Region region) {
        this.region = region;
        arrived.set(0);
        running.set(count);
        startEpoch();
        for (TeamThread thread : threads) {
            if (thread.parked) {
                LockSupport.unpark(thread);
            }
        }
        work(caller, region);
        Patience patience = caller.patience.start();
        while (running.get() != 0) {
            patience.pause();
        }
        alignLoops();
        Throwable first = failure.getAndSet(null);
        if (first instanceof RuntimeException unchecked) {
            throw unchecked;
        }
        if (first instanceof Error error) {
            throw error;
        }
    }

    /** Lets the threads go; only the holder of the turn calls it. */
    private void startEpoch() {
        int next = epoch + 1;
        epoch = next;
    }

    /** After a failure workers have left at different loops: all go on from the same number. */
    private void alignLoops() {
        int latest = caller.loop;
        for (TeamThread thread : threads) {
            if (thread.worker.loop - latest > 0) {
                latest = thread.worker.loop;
            }
        }
        caller.loop = latest + 1; // a loop that was left early is never entered again
        for (TeamThread thread : threads) {
            thread.worker.loop = latest + 1;
        }
    }

    private void work(Worker worker, Region region) {
        try {
            region.run(worker);
        } catch (Throwable thrown) { // also errors: the other workers must be released
            if (thrown != RELEASED) {
                failure.compareAndSet(null, thrown);
            }
        } finally {
            running.decrementAndGet();
        }
    }

    private void serve(TeamThread thread) {
        int seen = 0;
        while (true) {
            Patience patience = thread.worker.patience.start();
            while (epoch == seen) {
                if (patience.exhausted()) {
                    thread.parked = true; // written before epoch is read again: no lost wake-up
                    if (epoch == seen) {
                        LockSupport.park(this);
                    }
                    thread.parked = false;
                } else {
                    patience.pause();
                }
            }
            seen = epoch;
            if (closed) {
                return;
            }
            work(thread.worker, region);
        }
    }

    /** See {@link Worker#await()}. */
    void await(Worker worker) {
        int entered = phase;
        if (arrived.incrementAndGet() == count) {
            arrived.set(0);
            phase = entered + 1;
            return;
        }
        Patience patience = worker.patience.start();
        while (phase == entered) {
            releaseOnFailure();
            if (running.get() != count && phase == entered && failure.get() == null) {
                throw new IllegalStateException(
                        "worker %d waits for workers that have left the region"
                                .formatted(worker.index()));
            }
            patience.pause();
        }
    }

    /** Ends the calling worker's part of the region if another worker has failed. */
    void releaseOnFailure() {
        if (failure.get() != null) {
            throw RELEASED;
        }
    }

    private void refuseNested(String message) {
        boolean nested =
                Thread.currentThread() instanceof TeamThread thread
                        ? thread.team == this
                        : turn.isHeldByCurrentThread();
        if (nested) {
            throw new IllegalStateException(message);
        }
    }

    /**
     * Waits for the running region and ends the threads; later calls of {@link #run} are refused.
     * Closing twice does nothing.
     *
     * @throws IllegalStateException if the call comes from inside a region
     */
    @Override
    public void close() {
        refuseNested("a region cannot close its own team");
        turn.lock();
        try {
            if (closed) {
                return;
            }
            closed = true;
            startEpoch();
            for (TeamThread thread : threads) {
                LockSupport.unpark(thread);
            }
            joinAll();
        } finally {
            turn.unlock();
        }
    }

    private void joinAll() {
        boolean interrupted = false;
        for (TeamThread thread : threads) {
            while (thread.isAlive()) {
                try {
                    thread.join();
                } catch (InterruptedException e) {
                    interrupted = true; // the threads end at once: finish, then pass it on
                }
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
