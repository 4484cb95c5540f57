package dev.altiplano;

import dev.altiplano.kernels.KernelInfo;
import dev.altiplano.loader.Checkpoint;
import dev.altiplano.loader.StoredTensor;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;

/** Looks for {@link PerformanceCliff}s. */
public final class PerformanceCheck {
    private static final Runtime.Version SAFE_JDK = Runtime.Version.parse("25.0.3");
    private static final int SHORT = 128;

    private PerformanceCheck() {}

    /** What shows without measuring; takes about a millisecond. */
    public static List<PerformanceFinding> settings(Checkpoint checkpoint, ModelOptions options) {
        long weights = checkpoint.tensors().stream().mapToLong(StoredTensor::bytes).sum();
        return settings(Machine.current(KernelInfo.vectorBits()), weights, options.threads());
    }

    /**
     * Runs the kernels that a model uses on the calling thread, and compares each with plain Java.
     * Takes about a second of one processor, and up to some ten when something is wrong.
     *
     * @return nothing where {@link #settings} already say why there are no good vector kernels
     */
    public static List<PerformanceFinding> kernels(Checkpoint checkpoint, ModelOptions options) {
        return kernels(checkpoint, options, () -> false);
    }

    /** As above; ends early, with nothing, when {@code stop} says so. */
    static List<PerformanceFinding> kernels(
            Checkpoint checkpoint, ModelOptions options, BooleanSupplier stop) {
        Machine machine = Machine.current(KernelInfo.vectorBits());
        if (machine.vectorBits() == 0 || !compiles(machine)) {
            return List.of();
        }
        return KernelCheck.of(checkpoint.text(), options.keyValueType()).run(stop);
    }

    private static boolean compiles(Machine machine) {
        return machine.compilerTier() >= 4 && !machine.vmInfo().contains("interpreted");
    }

    /** As {@link #settings(Checkpoint, ModelOptions)}, on any machine. */
    static List<PerformanceFinding> settings(Machine machine, long weightBytes, int threads) {
        List<PerformanceFinding> found = new ArrayList<>();
        if (machine.vectorBits() == 0) {
            found.add(
                    new PerformanceFinding(
                            PerformanceCliff.VECTOR_MODULE_ABSENT,
                            "no module jdk.incubator.vector"));
        } else if (machine.vectorBits() <= SHORT && isX86(machine)) {
            found.add(
                    new PerformanceFinding(
                            PerformanceCliff.SHORT_VECTORS, machine.vectorBits() + " bit"));
        }
        if (!compiles(machine)) {
            found.add(
                    new PerformanceFinding(
                            PerformanceCliff.NO_OPTIMISING_COMPILER,
                            "%s, TieredStopAtLevel is %d"
                                    .formatted(machine.vmInfo(), machine.compilerTier())));
        }
        if (machine.version().compareToIgnoreOptional(SAFE_JDK) < 0) {
            found.add(new PerformanceFinding(PerformanceCliff.OLD_JDK, "JDK " + machine.version()));
        }
        if (weightBytes > machine.availableBytes()) {
            found.add(
                    new PerformanceFinding(
                            PerformanceCliff.WEIGHTS_EXCEED_MEMORY,
                            "weights take %s, available are %s"
                                    .formatted(
                                            MemoryPlan.size(weightBytes),
                                            MemoryPlan.size(machine.availableBytes()))));
        }
        if (threads > machine.processors()) {
            found.add(
                    new PerformanceFinding(
                            PerformanceCliff.MORE_THREADS_THAN_PROCESSORS,
                            "%d threads, %d processors".formatted(threads, machine.processors())));
        }
        return List.copyOf(found);
    }

    private static boolean isX86(Machine machine) {
        return machine.architecture().equals("amd64") || machine.architecture().equals("x86_64");
    }
}
