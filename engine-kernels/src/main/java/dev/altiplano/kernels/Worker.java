package dev.altiplano.kernels;

/**
 * One thread's place in a running {@link Workers.Region}.
 *
 * <p>All workers of a region run the same code and so meet the same loops and the same barriers in
 * the same order. A loop's items are shared out as the workers ask for them; results must not
 * depend on who got which, nor on how many workers there are.
 */
public final class Worker {
    final Patience patience = new Patience();
    final Scratch scratch = new Scratch();

    private final Workers team;
    private final int index;

    private int count = 1;
    private int loop; // number of the loop this worker is in; counts through all regions
    private int barrier; // number of the barrier it passed last; counts likewise
    private int item; // next item of the loop, where nobody else takes any
    private boolean leads;
    private int turn; // of the first item of the next loop in turn; counts likewise

    Worker(Workers team, int index) {
        this.team = team;
        this.index = index;
    }

    /** Enters a region of {@code count} workers. */
    void begin(int count, int loop, int barrier, int turn) {
        this.count = count;
        this.loop = loop;
        this.barrier = barrier;
        this.turn = turn;
        item = 0;
        leads = false;
    }

    /** Leaves the region; nobody waits for this worker any more. */
    void end() {
        if (leads) {
            leads = false;
            team.open(barrier);
        }
    }

    int loop() {
        return loop;
    }

    /** This worker's number, from 0; the caller of {@link Workers#run} is 0. */
    public int index() {
        return index;
    }

    /** Workers that share the running region, at most those of the team. */
    public int count() {
        return count;
    }

    /**
     * Claims the next item of the current loop. A worker stays in a loop until it is told -1; its
     * next call belongs to the next loop. Never waits and never allocates.
     *
     * @param items items of the loop, 0 or more; the same number on all workers
     * @return an item from 0 to {@code items - 1} that nobody else gets, or -1 when none is left
     */
    public int next(int items) {
        if (count > 1) {
            int claimed = team.claim(loop, items);
            if (claimed < 0) {
                loop++;
            }
            return claimed;
        }
        if (item < items) {
            return item++;
        }
        item = 0;
        return -1;
    }

    /**
     * As {@link #next}, for a loop whose items are done at the same time but end in turn: between
     * {@link #awaitTurn} and {@link #endTurn}, which every item calls, what the earlier items have
     * written can be seen and added to.
     */
    int nextInTurn(int items) {
        int claimed = next(items);
        if (claimed < 0) {
            turn += items;
        }
        return claimed;
    }

    /** Waits until all earlier items of this loop and of earlier loops in turn have ended. */
    void awaitTurn(int item) {
        if (count > 1) {
            team.awaitTurn(this, turn + item);
        }
    }

    /** Lets the next item end. */
    void endTurn(int item) {
        if (count > 1) {
            team.endTurn(turn + item);
        }
    }

    /**
     * Waits until all workers of the region have arrived. Afterwards each sees what the others
     * wrote before.
     */
    public void await() {
        await(Integer.MAX_VALUE);
    }

    /**
     * As {@link #await()}; says how much follows. When there is nothing to share out, the last
     * worker to arrive runs ahead alone up to the first barrier with more behind it, and the others
     * wait for both barriers at once.
     *
     * @param items items of all loops up to the next barrier: 0 or 1 means that one worker is
     *     enough; the same number on all workers
     */
    public void await(int items) {
        if (count == 1) {
            return;
        }
        barrier++;
        boolean alone = leads || team.arriveLast(this, barrier, count);
        leads = alone && items <= 1;
        if (alone && !leads) {
            team.open(barrier);
        }
    }
}
