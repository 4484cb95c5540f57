package dev.altiplano.model;

import org.jspecify.annotations.Nullable;

import java.util.ArrayDeque;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Who runs the next step, and for whom.
 *
 * <p>There is no thread for it: whoever comes for a single token while nobody computes runs the
 * step, for itself and for all who wait for one, too. A sequence that has just got a token will
 * soon come for the next, so a step waits a little for those of the step before. A block of a
 * prompt is read by its own thread; between its layers, it lets steps of single tokens in when some
 * wait.
 */
final class Turns {
    /** What is run in a turn. Throws nothing: failures are the readers'. */
    interface Steps {
        /** The next token of each of several sequences. */
        void tokens(Reader[] readers, int count);

        /** Something that only one thread can do. */
        void alone(Reader reader);
    }

    /** A step waits for others at most for this part of the time of the last one. */
    private static final int PATIENCE = 4;

    /** The least that it waits, if need be: waking a few threads takes as long. */
    private static final long LEAST_PATIENCE = 200_000;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition idle = lock.newCondition();
    private final Steps steps;
    private final Reader[] batch; // of the step that runs
    private final ArrayDeque<Reader> singles = new ArrayDeque<>();
    private final ArrayDeque<Reader> others = new ArrayDeque<>();
    private volatile int waitingSingles;
    private volatile @Nullable Thread runner;
    private boolean closed;

    private long step = 1; // number of the next one with single tokens
    private int expected; // sequences of the last step that have not come back
    private long ended; // when that step ended
    private long took; // how long it ran
    private long resumed; // when the block that runs began, or went on after a pause
    private boolean singlesNext;

    /**
     * @param most sequences that one step serves
     */
    Turns(Steps steps, int most) {
        this.steps = steps;
        batch = new Reader[most];
    }

    /** Returns when the reader's step has run. */
    void await(Reader mine) {
        boolean interrupted = false;
        lock.lock();
        try {
            enter(mine);
            while (!mine.done) {
                if (isNext(mine)) {
                    lead(mine);
                } else {
                    wakeNext();
                    interrupted |= park(mine);
                }
            }
            wakeNext();
        } finally {
            mine.thread = null;
            lock.unlock();
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private void enter(Reader mine) {
        forget(mine);
        if (closed) {
            throw closedModel();
        }
        mine.thread = Thread.currentThread();
        mine.done = false;
        if (mine.shares()) {
            mine.gap = mine.ended == 0 ? 0 : System.nanoTime() - mine.ended;
            singles.add(mine);
            waitingSingles = singles.size();
        } else {
            mine.ended = 0;
            others.add(mine);
        }
    }

    private static IllegalStateException closedModel() {
        return new IllegalStateException("the model is closed");
    }

    /** No step waits for this reader any more. */
    void rest(Reader reader) {
        lock.lock();
        try {
            reader.ended = 0;
            forget(reader);
            wakeNext();
        } finally {
            lock.unlock();
        }
    }

    private void forget(Reader reader) {
        if (reader.expected == step) {
            expected--;
        }
        reader.expected = 0;
    }

    /** The reader whose thread shall go on; any other of a single token may do so in its place. */
    private @Nullable Reader next() {
        if (runner != null) {
            return null;
        }
        boolean ready = singlesReady();
        if (!others.isEmpty() && !(ready && singlesNext)) {
            return others.peek();
        }
        return ready ? singles.peek() : null;
    }

    private boolean isNext(Reader mine) {
        Reader next = next();
        return next == mine || next != null && next.shares() && mine.shares();
    }

    private boolean singlesReady() {
        return !singles.isEmpty()
                && (expected == 0 || singles.size() >= batch.length || remainingPatience() <= 0);
    }

    private long patience() {
        return Math.max(LEAST_PATIENCE, took / PATIENCE);
    }

    private long remainingPatience() {
        return ended + patience() - System.nanoTime();
    }

    /** Wakes who can go on, or who watches the clock while a step waits for others. */
    private void wakeNext() {
        Reader next = next();
        if (next == null && runner == null) {
            next = singles.peek();
        }
        if (next != null && next.thread != Thread.currentThread()) {
            LockSupport.unpark(next.thread);
        }
    }

    /** Waits without the lock; tells whether the thread was interrupted. */
    private boolean park(Reader mine) {
        boolean watches = runner == null && mine == singles.peek();
        long nanos = watches ? Math.max(1, remainingPatience()) : Long.MAX_VALUE;
        lock.unlock();
        try {
            if (!mine.done) {
                LockSupport.parkNanos(this, nanos);
            }
        } finally {
            lock.lock();
        }
        return Thread.interrupted();
    }

    private void lead(Reader mine) {
        runner = Thread.currentThread();
        boolean single = mine.shares();
        singlesNext = !single;
        if (single) {
            serveSingles();
        } else {
            others.remove(mine);
            resumed = System.nanoTime();
            lock.unlock();
            try {
                steps.alone(mine);
            } finally {
                lock.lock();
            }
            mine.done = true;
        }
        runner = null;
        if (closed) {
            idle.signalAll();
        }
    }

    /** Runs one step for those who wait for a token; without the lock. */
    private void serveSingles() {
        int count = 0;
        while (count < batch.length && !singles.isEmpty()) {
            Reader reader = singles.remove();
            if (reader.wish().isCancelled()) {
                reader.cancelled = true;
                complete(reader);
            } else {
                batch[count++] = reader;
            }
        }
        waitingSingles = singles.size();
        expected = 0; // whoever has not come by now is not waited for
        step++;
        if (count == 0) {
            return;
        }
        long start = System.nanoTime();
        lock.unlock();
        try {
            steps.tokens(batch, count);
        } finally {
            lock.lock();
        }
        ended = System.nanoTime();
        took = ended - start;
        for (int i = 0; i < count; i++) {
            expect(batch[i]);
            complete(batch[i]);
        }
    }

    private void expect(Reader reader) {
        reader.ended = ended;
        if (reader.gap <= patience() && reader.failure == null) {
            reader.expected = step;
            expected++;
        }
    }

    private static void complete(Reader reader) {
        Thread waiting = reader.thread;
        reader.done = true;
        if (waiting != Thread.currentThread()) {
            LockSupport.unpark(waiting);
        }
    }

    /**
     * Whether the block that runs should make a pause for others: when some wait, and the block has
     * had as much time as their last step.
     */
    boolean wantsPause() {
        if (waitingSingles == 0 || System.nanoTime() - resumed < took) {
            return false;
        }
        lock.lock();
        try {
            return singlesReady();
        } finally {
            lock.unlock();
        }
    }

    /** Lets those in who wait for a token, in the turn of the calling thread. */
    void pause() {
        lock.lock();
        try {
            serveSingles();
            resumed = System.nanoTime();
        } finally {
            lock.unlock();
        }
    }

    /** Whether the calling thread runs a step. */
    boolean isRunning() {
        return runner == Thread.currentThread();
    }

    /** Refuses those who wait and all who come later; returns when no step runs. */
    void close() {
        lock.lock();
        try {
            closed = true;
            refuse(singles);
            refuse(others);
            waitingSingles = 0;
            while (runner != null) {
                idle.awaitUninterruptibly();
            }
        } finally {
            lock.unlock();
        }
    }

    private static void refuse(ArrayDeque<Reader> waiting) {
        while (!waiting.isEmpty()) {
            Reader reader = waiting.remove();
            reader.failure = closedModel();
            complete(reader);
        }
    }
}
