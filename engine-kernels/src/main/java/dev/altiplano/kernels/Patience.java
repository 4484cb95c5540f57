package dev.altiplano.kernels;

import java.util.concurrent.locks.LockSupport;

/**
 * How a worker waits: it spins while an answer within microseconds is likely, then lets other
 * threads run, and at last sleeps in short naps. One object per worker, started anew for each wait.
 */
final class Patience {
    /** A hand-off takes about 1 us; longer spins only heat. */
    private static final long SPIN_NANOS = 30_000;

    /**
     * Longest gap between two regions of one answer, with room: sampling, detokenising, the caller.
     */
    private static final long YIELD_NANOS = 1_500_000;

    private static final long NAP_NANOS = 50_000;

    /** Pauses between two looks at the clock: one pause takes 10 to 50 ns. */
    private static final int PAUSES = 32;

    private long began;
    private int pauses;
    private long waited;

    Patience start() {
        pauses = 0;
        waited = 0;
        return this;
    }

    /** True once the wait has lasted so long that a parked thread is the better choice. */
    boolean exhausted() {
        return waited > YIELD_NANOS;
    }

    void pause() {
        if (waited > YIELD_NANOS) {
            LockSupport.parkNanos(this, NAP_NANOS);
            return;
        }
        if (waited > SPIN_NANOS) {
            Thread.yield();
            waited = System.nanoTime() - began;
            return;
        }
        Thread.onSpinWait();
        if ((++pauses & PAUSES - 1) == 0) {
            long now = System.nanoTime();
            if (pauses == PAUSES) {
                began = now;
            }
            waited = now - began;
        }
    }
}
