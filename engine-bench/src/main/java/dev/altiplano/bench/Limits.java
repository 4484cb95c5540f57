package dev.altiplano.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What the machine could do at best while something was measured, and how quiet it was.
 *
 * @param threads that read and computed at the same time
 * @param bandwidth bytes read from memory per second
 * @param operations floating-point operations per second, two per multiplication and addition
 * @param load what else the machine did in the meantime, where the system tells
 */
public record Limits(int threads, Spread bandwidth, Spread operations, Optional<MachineLoad> load) {
    /** A window is quiet when limits vary by less than this share of their median. */
    private static final double QUIET_RANGE = 0.15;

    /** Processors' worth of other work that does not disturb. */
    private static final double QUIET_LOAD = 0.1;

    /** Some are for the program itself. */
    private static final long QUIET_DISK_WAITS = 100;

    /**
     * Whether nothing disturbed: the limits hardly varied, the machine did nothing else, and memory
     * held the weights. Figures of a window that was not quiet compare with nothing but the limits
     * of the same window.
     */
    public boolean quiet() {
        return bandwidth.range() < QUIET_RANGE
                && operations.range() < QUIET_RANGE
                && load.map(Limits::isQuiet).orElse(true);
    }

    private static boolean isQuiet(MachineLoad load) {
        return load.others() + load.stolen() < QUIET_LOAD && load.diskWaits() < QUIET_DISK_WAITS;
    }

    /** Collects samples in between of what is measured. For one thread. */
    public static final class Log {
        private final LimitProbe probe;
        private final int threads;
        private final List<LimitProbe.Sample> samples = new ArrayList<>();
        private Optional<MachineLoad.Moment> start = Optional.empty();

        /** Watches the machine from the first sample on, with all threads of a probe. */
        public Log(LimitProbe probe) {
            this(probe, probe.threads());
        }

        /**
         * Watches the machine from the first sample on.
         *
         * @param threads 1 to those of the probe
         */
        public Log(LimitProbe probe, int threads) {
            this.probe = probe;
            this.threads = threads;
        }

        /** Looks at the limits once. */
        public void sample() {
            if (samples.isEmpty()) {
                start = MachineLoad.Moment.now();
            }
            samples.add(probe.sample(threads));
        }

        /**
         * What was found so far.
         *
         * @throws IllegalArgumentException if that is nothing
         */
        public Limits limits() {
            Optional<MachineLoad> load =
                    start.flatMap(first ->
                            MachineLoad.Moment.now().map(now -> MachineLoad.between(first, now)));
            return new Limits(
                    threads,
                    Spread.of(samples.stream().mapToDouble(LimitProbe.Sample::bandwidth).toArray()),
                    Spread.of(
                            samples.stream().mapToDouble(LimitProbe.Sample::operations).toArray()),
                    load);
        }
    }
}
