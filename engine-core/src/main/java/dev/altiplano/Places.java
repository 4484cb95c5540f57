package dev.altiplano;

import dev.altiplano.generate.EndReason;
import dev.altiplano.generate.Interruption;

import org.jspecify.annotations.Nullable;

import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** Which answers may be made at the same time; others wait, and too many are refused. */
final class Places {
    /** How late a deadline may be noticed while an answer waits, in milliseconds. */
    private static final long CLOCK_MILLIS = 20;

    private final int most;
    private final int waiting;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Set<Place> held = new HashSet<>();
    private final ArrayDeque<Place> queue = new ArrayDeque<>();
    private int open; // answers that have begun and not ended

    /**
     * @param most answers at a time, at least 1
     * @param waiting answers that may wait, at least 0
     */
    Places(int most, int waiting) {
        this.most = most;
        this.waiting = waiting;
    }

    /**
     * For an answer that begins. It takes its place when it is first computed.
     *
     * @throws ModelBusyException if there are too many
     */
    Place enter() {
        lock.lock();
        try {
            if (open >= (long) most + waiting) {
                throw new ModelBusyException(
                        ("%d requests are being answered or waiting, expected at most %d and %d;"
                                        + " ask again later, or allow more (ModelOptions.answers)")
                                .formatted(open, most, waiting));
            }
            open++;
            return new Place();
        } finally {
            lock.unlock();
        }
    }

    /** Answers that have begun and not ended. */
    int open() {
        lock.lock();
        try {
            return open;
        } finally {
            lock.unlock();
        }
    }

    /** Lets those who wait see whether they have been interrupted. */
    void wake() {
        lock.lock();
        try {
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** The place of one answer; used by one thread at a time, but for {@link #leave}. */
    final class Place {
        private boolean taken;
        private boolean left;
        private volatile @Nullable Thread reader; // who computed it last

        /**
         * Waits until the answer may be made.
         *
         * @return why it must end instead; null when it may be made
         */
        @Nullable EndReason await(Interruption interruption) {
            reader = Thread.currentThread();
            return taken ? null : awaitTurn(interruption);
        }

        private @Nullable EndReason awaitTurn(Interruption interruption) {
            boolean interrupted = false;
            lock.lock();
            try {
                queue.add(this);
                while (queue.peek() != this || held.size() >= most) {
                    EndReason reason = interruption.reason();
                    if (reason != null) {
                        return reason;
                    }
                    requireOtherReaders();
                    try {
                        boolean _ = changed.await(CLOCK_MILLIS, TimeUnit.MILLISECONDS);
                    } catch (InterruptedException e) {
                        interrupted = true; // steps cannot be interrupted either; passed on later
                    }
                }
                held.add(this);
                taken = true;
                return null;
            } finally {
                queue.remove(this);
                changed.signalAll(); // there may be room for the next one
                lock.unlock();
                if (interrupted) {
                    Thread.currentThread().interrupt();
                }
            }
        }

        /** A thread that reads all answers by turns would wait for itself. */
        private void requireOtherReaders() {
            if (held.size() < most) {
                return; // it is another one's turn
            }
            for (Place place : held) {
                if (place.reader != Thread.currentThread()) {
                    return;
                }
            }
            throw new IllegalStateException(
                    ("this thread reads all %d answers that may be made at a time: end one before"
                                    + " it begins another, or allow more (ModelOptions.answers)")
                            .formatted(held.size()));
        }

        /** The answer has ended. A second call does nothing. */
        void leave() {
            lock.lock();
            try {
                if (!left) {
                    left = true;
                    open--;
                    held.remove(this);
                    changed.signalAll();
                }
            } finally {
                lock.unlock();
            }
        }
    }
}
