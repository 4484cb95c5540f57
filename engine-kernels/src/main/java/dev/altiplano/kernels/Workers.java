package dev.altiplano.kernels;

import org.jspecify.annotations.Nullable;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.IntSupplier;

/**
 * A team of threads that runs one {@link Region} at a time: the caller is worker 0, the others are
 * daemon platform threads owned by the team.
 *
 * <p>Between regions the threads spin for about a millisecond, so that the steps of one answer
 * follow each other without a wake-up, and then park: an idle team uses no processor time. Regions
 * of several callers run one after the other in the order of their calls.
 *
 * <p>A thread that the system takes off its processor holds up all others at the next barrier, for
 * milliseconds. {@link TeamSize} finds out whether fewer workers are faster.
 */
public final class Workers implements AutoCloseable {
    /** Work that every worker of a region runs, all at once. */
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

    /** Bits of {@link #call} that hold the number of workers. */
    private static final int COUNT_BITS = 16;

    private static final int MAX_THREADS = (1 << COUNT_BITS) - 1;

    private final Worker caller;
    private final TeamThread[] threads;
    private final ReentrantLock turn = new ReentrantLock(true);
    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();

    /** Every claim of an item: number of the loop in the upper half, next item in the lower. */
    private final AtomicLong claims = new AtomicLong();

    private final AtomicInteger arrived = new AtomicInteger();
    private final AtomicInteger running = new AtomicInteger();

    /** Number of the barrier opened last. */
    private volatile int opened;

    /** Items of loops in turn that have ended. */
    private volatile int turns;

    /** Number of the region in the upper bits, how many workers run it in the lower ones. */
    private volatile long call;

    private Region region =
            worker -> {}; // written before call, read after it, as are the next three
    private int firstLoop = 1;
    private int firstTurn;
    private boolean closed;

    /**
     * Starts a team.
     *
     * @param threads workers, the caller included; 1 to 65535
     * @throws IllegalArgumentException if {@code threads} is out of range
     */
    public Workers(int threads) {
        if (threads < 1 || threads > MAX_THREADS) {
            throw new IllegalArgumentException(
                    "a team has 1 to %d workers, not %d".formatted(MAX_THREADS, threads));
        }
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
                dismiss();
            }
        }
    }

    /** Workers in the team, the caller included. */
    public int count() {
        return 1 + threads.length;
    }

    /** Off-heap bytes that the workers hold for their operations; waits for a running region. */
    public long scratchBytes() {
        takeTurn();
        try {
            long bytes = caller.scratch.bytes();
            for (TeamThread thread : threads) {
                bytes += thread.worker.scratch.bytes();
            }
            return bytes;
        } finally {
            turn.unlock();
        }
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
        takeTurn();
        try {
            runOn(count(), region);
        } finally {
            turn.unlock();
        }
    }

    /**
     * As {@link #run(Region)}, on as many workers as {@code size} finds best.
     *
     * @param size what is known about regions of this kind; belongs to this team
     * @param work asked afterwards how much the region did, in the unit of its kind, at least 1
     */
    public void run(Region region, TeamSize size, IntSupplier work) {
        takeTurn();
        try {
            int workers = Math.min(size.next(), count());
            long start = System.nanoTime();
            runOn(workers, region);
            size.learn(System.nanoTime() - start, work.getAsInt());
        } finally {
            turn.unlock();
        }
    }

    private void takeTurn() {
        refuseNested("a region cannot start another region of its own team");
        turn.lock();
        if (closed) {
            turn.unlock();
            throw new IllegalStateException("the team of workers is closed");
        }
    }

    private void runOn(int count, Region region) {
        this.region = region;
        arrived.set(0);
        running.set(count);
        firstTurn = turns;
        call(count);
        work(caller, count);
        Patience patience = caller.patience.start();
        while (running.get() != 0) {
            patience.pause();
        }
        nextLoops();
        Throwable first = failure.getAndSet(null);
        if (first instanceof RuntimeException unchecked) {
            throw unchecked;
        }
        if (first instanceof Error error) {
            throw error;
        }
    }

    /** Lets the first {@code count} workers go; only the holder of the turn calls it. */
    private void call(int count) {
        call = (((call >>> COUNT_BITS) + 1) << COUNT_BITS) | count;
        for (int i = 0; i < count - 1; i++) {
            if (threads[i].parked) {
                LockSupport.unpark(threads[i]);
            }
        }
    }

    /** After a failure workers have left at different loops: all go on behind the last of them. */
    private void nextLoops() {
        int claimed = (int) (claims.get() >>> 32);
        firstLoop = (caller.loop() - claimed > 0 ? caller.loop() : claimed) + 1;
    }

    private void work(Worker worker, int count) {
        worker.begin(count, firstLoop, opened, firstTurn);
        try {
            region.run(worker);
            worker.end();
        } catch (Throwable thrown) { // also errors: the other workers must be released
            if (thrown != RELEASED) {
                failure.compareAndSet(null, thrown);
            }
        } finally {
            running.decrementAndGet();
        }
    }

    private void serve(TeamThread thread) {
        long seen = 0;
        while (true) {
            Patience patience = thread.worker.patience.start();
            int count = 0;
            while (count <= thread.worker.index()) { // calls for fewer workers are not for this one
                awaitCall(thread, seen, patience);
                seen = call;
                count = (int) seen & MAX_THREADS;
            }
            if (closed) {
                return;
            }
            work(thread.worker, count);
        }
    }

    private void awaitCall(TeamThread thread, long seen, Patience patience) {
        while (call == seen) {
            if (patience.exhausted()) {
                thread.parked = true; // written before call is read again: no lost wake-up
                if (call == seen) {
                    LockSupport.park(this);
                }
                thread.parked = false;
            } else {
                patience.pause();
            }
        }
    }

    /** See {@link Worker#next}: the claimed item of a loop, or -1. */
    int claim(int loop, int items) {
        releaseOnFailure();
        // One counter serves any number of loops: whoever finds it at a later loop knows that his
        // own is used up, because nobody enters a later loop before that.
        while (true) {
            long seen = claims.get();
            int ahead = (int) (seen >>> 32) - loop;
            int item = ahead < 0 ? 0 : (int) seen;
            if (ahead > 0 || item >= items) {
                return -1;
            }
            if (claims.compareAndSet(seen, (long) loop << 32 | item + 1)) {
                return item;
            }
        }
    }

    /**
     * Waits until the barrier is open; the last worker to arrive does not wait and opens it.
     *
     * @return whether the caller is the last
     */
    boolean arriveLast(Worker worker, int barrier, int count) {
        if (opened - barrier >= 0) { // the leader was here
            return false;
        }
        if (arrived.incrementAndGet() == count) {
            arrived.set(0);
            return true;
        }
        Patience patience = worker.patience.start();
        while (opened - barrier < 0) {
            releaseOnFailure();
            if (running.get() != count && opened - barrier < 0 && failure.get() == null) {
                throw new IllegalStateException(
                        "worker %d waits for workers that have left the region"
                                .formatted(worker.index()));
            }
            patience.pause();
        }
        return false;
    }

    /** Waits until so many items of loops in turn have ended. */
    void awaitTurn(Worker worker, int turn) {
        Patience patience = worker.patience.start();
        while (turns != turn) {
            releaseOnFailure();
            patience.pause();
        }
    }

    /** Ends an item; only its worker calls it, in its turn. */
    void endTurn(int turn) {
        turns = turn + 1;
    }

    /** Opens all barriers up to this one. */
    void open(int barrier) {
        opened = barrier;
    }

    /** Ends the calling worker's part of the region if another worker has failed. */
    private void releaseOnFailure() {
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
            if (!closed) {
                dismiss();
                joinAll();
            }
        } finally {
            turn.unlock();
        }
    }

    private void dismiss() {
        closed = true;
        call(count());
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
