package dev.altiplano.kernels.internal;

import dev.altiplano.kernels.simd.VectorCodes;
import dev.altiplano.kernels.simd.VectorKernels;

/** Chooses the kernels once, at start-up. */
public final class KernelSets {
    private static final String MODULE = "jdk.incubator.vector";

    /** The fastest kernels this JVM can run. */
    public static final KernelSet BEST = choose();

    /** The fastest loops for encoding weights. */
    public static final CodeLoops CODES =
            isVectorApiThere() ? new VectorCodes() : new ScalarCodes();

    private KernelSets() {}

    private static KernelSet choose() {
        if (!isVectorApiThere()) {
            return new ScalarKernels("start java with --add-modules " + MODULE);
        }
        return new VectorKernels();
    }

    private static boolean isVectorApiThere() {
        return ModuleLayer.boot().findModule(MODULE).isPresent();
    }
}
