package dev.altiplano.kernels;

import java.util.concurrent.locks.LockSupport;

/**
 * How a worker waits: it spins while an answer within microseconds is likely, then lets other
 * threads run between two looks, and at last sleeps in short naps. One object per worker, started
 * anew for each wait.
 *
 * <p>A worker that shares its processor with the one it waits for must not spin at all. It notices
 * by how long others ran when it last let them, and then gives way at once. Now and then it takes a
 * nap, because systems put a thread that wakes up where there is room, but leave threads where they
 * are that only yield to each other.
 */
final class Patience {
    /** A hand-off takes about 1 us; longer spins only heat. */
    private static final long SPIN_NANOS = 30_000;

    /**
     * Longest gap between two regions of one answer, with room: sampling, detokenising, the caller.
     */
    private static final long GAP_NANOS = 1_500_000;

    /** Longer waits inside a region are for a disk, and need no quick answer. */
    private static final long NAPS_NANOS = 20_000_000;

    private static final long NAP_NANOS = 50_000;

    /** Time between two naps for the sake of another place. */
    private static final long MOVE_NANOS = 5_000_000;

    /** Letting others run takes less than 1 us when there are none. */
    private static final long ALONE_NANOS = 3_000;

    /** Pauses between two looks at the clock: one pause takes 10 to 50 ns. */
    private static final int PAUSES = 32;

    private boolean shared; // whether others ran when they were last let
    private long napped;
    private long began;
    private int pauses;
    private long waited;

    Patience start() {
        pauses = 0;
        waited = 0;
        if (shared) {
            began = System.nanoTime();
            waited = SPIN_NANOS + 1;
        }
        return this;
    }

    /** True once the wait has lasted so long that a parked thread is the better choice. */
    boolean exhausted() {
        return waited > GAP_NANOS;
    }

    void pause() {
        if (waited > NAPS_NANOS) {
            LockSupport.parkNanos(this, NAP_NANOS);
        } else if (waited > SPIN_NANOS) {
            giveWay();
        } else {
            spin();
        }
    }

    private void spin() {
        Thread.onSpinWait();
        if ((++pauses & PAUSES - 1) == 0) {
            long now = System.nanoTime();
            if (pauses == PAUSES) {
                began = now;
            }
            waited = now - began;
        }
    }

    private void giveWay() {
        long before = System.nanoTime();
        Thread.yield();
        long now = System.nanoTime();
        shared = now - before > ALONE_NANOS;
        if (shared && now - napped > MOVE_NANOS) {
            napped = now;
            LockSupport.parkNanos(this, NAP_NANOS);
        }
        waited = now - began;
    }
}
