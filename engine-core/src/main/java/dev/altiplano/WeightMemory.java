package dev.altiplano;

import dev.altiplano.SystemMemory.Advice;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;

/** What the system is told about the mapped weights of a model, if its options want it. */
final class WeightMemory {
    private final List<MemorySegment> files;
    private final AtomicBoolean loading;
    private final List<PerformanceFinding> findings = new ArrayList<>();

    /**
     * @param files mapped, whole
     */
    WeightMemory(List<MemorySegment> files, ModelOptions options) {
        this.files = List.copyOf(files);
        loading = new AtomicBoolean(options.advisesSystem());
        if (options.advisesSystem()) {
            forAll(PerformanceCliff.ADVICE_REFUSED, file -> advise(file, Advice.SEQUENTIAL));
            forAll(PerformanceCliff.ADVICE_REFUSED, file -> advise(file, Advice.HUGE_PAGES));
        }
        if (options.locksWeights()) {
            forAll(PerformanceCliff.WEIGHTS_NOT_LOCKED, SystemMemory::lock);
        }
    }

    /** What the system has refused. */
    List<PerformanceFinding> findings() {
        return List.copyOf(findings);
    }

    /** The weights have been read once, and are read in any order from now on. */
    void loaded() {
        if (loading.compareAndSet(true, false)) {
            files.forEach(file -> advise(file, Advice.NORMAL));
        }
    }

    private static Optional<String> advise(MemorySegment file, Advice advice) {
        return SystemMemory.advise(file, advice)
                .map(refusal -> "%s, %s".formatted(advice, refusal));
    }

    /** One finding is enough: what is refused for one file is refused for all. */
    private void forAll(PerformanceCliff refused, Function<MemorySegment, Optional<String>> wish) {
        for (MemorySegment file : files) {
            Optional<String> refusal = wish.apply(file);
            if (refusal.isPresent()) {
                findings.add(new PerformanceFinding(refused, refusal.get()));
                return;
            }
        }
    }
}
