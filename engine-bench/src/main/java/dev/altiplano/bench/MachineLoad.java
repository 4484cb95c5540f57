package dev.altiplano.bench;

import com.sun.management.OperatingSystemMXBean;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;

/**
 * What the processors of the machine did between two moments besides running this process.
 *
 * @param others processors that other processes kept busy, on average: 0.5 is half of one
 * @param stolen processors' worth of time that the host of a virtual machine took away
 * @param diskWaits how often this process had to wait until something was read from disk: weights
 *     that memory does not hold
 */
public record MachineLoad(double others, double stolen, long diskWaits) {
    /** One moment, as Linux counts it. */
    record Moment(
            long nanos,
            double busySeconds,
            double stolenSeconds,
            double ownSeconds,
            long diskWaits) {
        private static final Path COUNTERS = Path.of("/proc/stat");
        private static final Path OWN_COUNTERS = Path.of("/proc/self/stat");
        private static final double TICKS_PER_SECOND = 100; // USER_HZ, the same on all machines

        /** Now, where there is such a thing as /proc/stat. */
        static Optional<Moment> now() {
            try {
                long waits = diskWaits(Files.readString(OWN_COUNTERS));
                return parse(Files.readAllLines(COUNTERS).getFirst(), ownNanos(), waits);
            } catch (IOException | RuntimeException _) { // another system, or nothing to be read
                return Optional.empty();
            }
        }

        /**
         * Reads the line of all processors: user nice system idle iowait irq softirq steal …, in
         * ticks since the machine was started.
         */
        static Optional<Moment> parse(String line, long ownNanos, long diskWaits) {
            String[] words = line.split("\\s+", -1);
            if (!words[0].equals("cpu") || words.length < 9) {
                return Optional.empty();
            }
            long[] ticks = Arrays.stream(words, 1, 9).mapToLong(Long::parseLong).toArray();
            long busy = ticks[0] + ticks[1] + ticks[2] + ticks[5] + ticks[6];
            return Optional.of(
                    new Moment(
                            System.nanoTime(),
                            busy / TICKS_PER_SECOND,
                            ticks[7] / TICKS_PER_SECOND,
                            ownNanos * 1e-9,
                            diskWaits));
        }

        /**
         * The major page faults in a process's own line: pid (name) state, and the ninth field
         * after that. The name may hold anything.
         */
        static long diskWaits(String line) {
            String[] words = line.substring(line.lastIndexOf(')') + 1).strip().split("\\s+", -1);
            return Long.parseLong(words[9]);
        }

        private static long ownNanos() {
            return ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
                    .getProcessCpuTime();
        }
    }

    /** What happened from one moment to a later one. */
    static MachineLoad between(Moment first, Moment last) {
        double seconds = Math.max(1e-9, (last.nanos() - first.nanos()) * 1e-9);
        double busy = last.busySeconds() - first.busySeconds();
        double own = last.ownSeconds() - first.ownSeconds();
        return new MachineLoad(
                Math.max(0, busy - own) / seconds, // ticks are coarse
                Math.max(0, last.stolenSeconds() - first.stolenSeconds()) / seconds,
                last.diskWaits() - first.diskWaits());
    }
}
