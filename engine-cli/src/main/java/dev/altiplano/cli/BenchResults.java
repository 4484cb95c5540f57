package dev.altiplano.cli;

import dev.altiplano.MemoryPlan;
import dev.altiplano.bench.LimitProbe;
import dev.altiplano.bench.RooflineReport;

/**
 * What a measurement of a model has found.
 *
 * @param report speeds and shares
 * @param probe what the limits were measured with; only its description is asked for
 * @param memory plan of the longest sequence
 * @param wholeLayers layers of the whole model
 */
record BenchResults(RooflineReport report, LimitProbe probe, MemoryPlan memory, int wholeLayers) {
    int threads() {
        return report.outcome().limits().threads();
    }

    /** Whether the model that was measured is a part of one with more layers. */
    boolean isPart() {
        return report.work().layers() < wholeLayers;
    }

    /** Whether weights had to be read from the disk again and again. */
    boolean exceedsMemory() {
        return memory.weightBytes() > memory.availableBytes();
    }
}
