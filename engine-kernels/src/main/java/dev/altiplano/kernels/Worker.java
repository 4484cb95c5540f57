package dev.altiplano.kernels;

/**
 * One thread's place in a running {@link Workers.Region}.
 *
 * <p>All workers of a team run the same code and so meet the same loops and the same barriers in
 * the same order. A loop's items are shared out as the workers ask for them; results must not
 * depend on who got which.
 */
public final class Worker {
    /** Number of the loop this worker is in; counts through all regions of the team. */
    int loop = 1;

    final Patience patience = new Patience();
    final Scratch scratch = new Scratch();

    private final Workers team;
    private final int index;

    Worker(Workers team, int index) {
        this.team = team;
        this.index = index;
    }

    /** This worker's number, from 0; the caller of {@link Workers#run} is 0. */
    public int index() {
        return index;
    }

    /** Workers in the team. */
    public int count() {
        return team.count();
    }

    /**
     * Claims the next item of the current loop. A worker stays in a loop until it is told -1; its
     * next call belongs to the next loop. Never waits and never allocates.
     *
     * @param items items of the loop, 0 or more; the same number on all workers
     * @return an item from 0 to {@code items - 1} that nobody else gets, or -1 when none is left
     */
    public int next(int items) {
        team.releaseOnFailure();
        // One counter serves any number of loops: whoever finds it at a later loop knows that his
        // own
        // is used up, because nobody enters a later loop before that.
        while (true) {
            long seen = team.claims.get();
            int ahead = (int) (seen >>> 32) - loop;
            int item = ahead < 0 ? 0 : (int) seen;
            if (ahead > 0 || item >= items) {
                loop++;
                return -1;
            }
            if (team.claims.compareAndSet(seen, (long) loop << 32 | item + 1)) {
                return item;
            }
        }
    }

    /**
     * Waits until all workers of the team have arrived. Afterwards each sees what the others wrote
     * before.
     */
    public void await() {
        team.await(this);
    }
}
