package dev.altiplano.kernels;

import java.util.stream.IntStream;

/**
 * How many workers regions of one kind run on, learned from how long they took.
 *
 * <p>More workers are not always faster: a small region costs more at its barriers than it gains,
 * and on a machine that others use, a worker that is off its processor holds up all others for
 * milliseconds. So now and then a few regions run on the next smaller team, and the larger one has
 * to beat them, for longer than a system's time slices, to stay. The same way the larger one comes
 * back. What turns out slower is tried less and less often, down to a fraction of a percent of the
 * time; when regions get slower, sooner. Results never depend on the number of workers.
 *
 * <p>Not safe for several threads: {@link Workers#run(Workers.Region, TeamSize,
 * java.util.function.IntSupplier)} guards it.
 */
public final class TeamSize {
    /** Longer than a system's time slices, so that a trial sees what they cost; in ns. */
    private static final double TRIAL = 20e6;

    /** Regions on the smaller team that are enough even if they take less time. */
    private static final int REGIONS = 8;

    /** First time between two trials of the larger team, in ns. */
    private static final double LARGER_WAIT = 100e6;

    /** At first the smaller team is tried for up to one part in so many of the time. */
    private static final int SMALLER_SHARE = 10;

    /** The same for regions longer than a trial: time slices weigh little in them. */
    private static final int SMALLER_SHARE_OF_LONG = 50;

    /** Waits double up to this factor. */
    private static final int MOST_BACKOFF = 64;

    /** Share of what more workers could gain that they must gain to be worth it. */
    private static final double WORTH = 0.1;

    /** Regions are getting slower when the recent ones take so much longer than usual. */
    private static final double SLOWER = 1.3;

    /** Code is still being compiled, and a trial would prove nothing, below this. */
    private static final double FASTER = 0.85;

    private enum Trial {
        NONE,
        SMALLER,
        LARGER
    }

    private final int[] sizes; // the largest first
    private int current;
    private double recent; // mean ns of a unit of work over about 16 regions; 0 before the first
    private double usual; // the same over about 128
    private double untilSmaller = Double.NaN; // ns in regions up to the next trial; NaN: not known
    private double untilLarger;
    private int smallerBackoff = 1;
    private int largerBackoff = 1;
    private int alarmBackoff = 1; // for trials because regions got slower
    private boolean alarmed;

    private Trial trial = Trial.NONE;
    private boolean home; // whether the larger team of the trial was the current one before
    private int regions;
    private double nanos;
    private double units;

    /**
     * Starts with all workers.
     *
     * @param most workers of the team, at least 1
     */
    public TeamSize(int most) {
        sizes =
                IntStream.concat(
                                IntStream.of(most, Math.max(1, most - 1)),
                                IntStream.iterate(most / 2, n -> n >= 1, n -> n / 2))
                        .distinct()
                        .toArray();
    }

    /** Workers for the next region. */
    public int next() {
        return sizes[trial == Trial.LARGER ? current - 1 : current];
    }

    /** Workers that are best as far as is known. */
    int settled() {
        return sizes[trial != Trial.NONE && home ? current - 1 : current];
    }

    /**
     * Learns from the last region.
     *
     * @param took how long it took, in ns
     * @param work how much it did, in any unit, at least 1
     */
    public void learn(long took, int work) {
        switch (trial) {
            case NONE -> watch(took, work);
            case SMALLER -> {
                add(took, work);
                if (regions == REGIONS || nanos >= TRIAL) {
                    recent = nanos / units;
                    usual = recent;
                    begin(Trial.LARGER, true);
                }
            }
            case LARGER -> {
                add(took, work);
                judge();
            }
        }
    }

    private void watch(long took, int work) {
        double each = (double) took / work;
        recent = recent == 0 ? each : recent + (each - recent) / 16;
        usual = usual == 0 ? each : usual + (each - usual) / 128;
        untilSmaller -= took;
        untilLarger -= took;
        if (current > 0 && untilLarger <= 0) {
            begin(Trial.LARGER, false);
        } else if (current + 1 < sizes.length && recent > FASTER * usual) {
            watchForSmaller(took);
        }
    }

    private void watchForSmaller(long took) {
        double trial = Math.max((double) took, Math.min(TRIAL, (double) REGIONS * took));
        int share = took < TRIAL ? SMALLER_SHARE : SMALLER_SHARE_OF_LONG;
        double wait = share * trial * sizes[current] / sizes[current + 1];
        if (Double.isNaN(untilSmaller)) {
            untilSmaller = wait * smallerBackoff;
            alarmed = false;
        } else if (recent > SLOWER * usual && !alarmed) {
            untilSmaller = Math.min(untilSmaller, wait * (alarmBackoff - 1));
            alarmed = true;
        }
        if (untilSmaller <= 0) {
            current++;
            begin(Trial.SMALLER, true);
        }
    }

    private void begin(Trial next, boolean home) {
        trial = next;
        this.home = home;
        regions = 0;
        nanos = 0;
        units = 0;
    }

    private void add(long took, int work) {
        regions++;
        nanos += took;
        units += work;
    }

    /** Decides as soon as it can between the trial's team and the smaller, current one. */
    private void judge() {
        double gain = WORTH * (1 - (double) sizes[current] / sizes[current - 1]);
        double allowed = (1 - gain) * recent * units;
        if (nanos >= TRIAL || nanos - allowed > TRIAL / 2) { // or so much time is lost already
            end(nanos < allowed);
        }
    }

    private void end(boolean largerWins) {
        if (largerWins) {
            current--;
            recent = nanos / units;
            usual = recent;
            if (home) {
                smallerBackoff = Math.min(MOST_BACKOFF, 2 * smallerBackoff);
                largerBackoff = Math.max(1, largerBackoff / 2);
                alarmBackoff = alarmed ? Math.min(MOST_BACKOFF / 4, 2 * alarmBackoff) : 1;
            }
        } else {
            largerBackoff = Math.min(MOST_BACKOFF / 4, 2 * largerBackoff);
            smallerBackoff = 1;
            alarmBackoff = 1;
        }
        untilSmaller = Double.NaN;
        untilLarger = LARGER_WAIT * largerBackoff;
        trial = Trial.NONE;
    }
}
