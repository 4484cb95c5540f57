package dev.altiplano.kernels.internal;

import dev.altiplano.kernels.simd.VectorKernels;

/** Chooses the kernels once, at start-up. */
public final class KernelSets {
    private static final String MODULE = "jdk.incubator.vector";

    /** The fastest kernels this JVM can run. */
    public static final KernelSet BEST = choose();

    private KernelSets() {}

    private static KernelSet choose() {
        if (ModuleLayer.boot().findModule(MODULE).isEmpty()) {
            return new ScalarKernels("start java with --add-modules " + MODULE);
        }
        return new VectorKernels();
    }
}
