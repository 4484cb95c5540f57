package dev.altiplano.kernels;

import dev.altiplano.kernels.internal.KernelSets;
import dev.altiplano.kernels.internal.ScalarKernels;

import java.util.Optional;

/** Which kernels this JVM runs. */
public final class KernelInfo {
    private KernelInfo() {}

    /** In words, for example {@code vector kernels, 512 bit}. */
    public static String description() {
        return KernelSets.BEST.description();
    }

    /** Length of the vectors that the kernels use, in bits; 0 for scalar kernels. */
    public static int vectorBits() {
        return KernelSets.BEST instanceof ScalarKernels ? 0 : Float.SIZE * KernelSets.BEST.lanes();
    }

    /** Why the kernels are slow and what to do about it; empty when they are not. */
    public static Optional<String> slowReason() {
        return KernelSets.BEST.slowReason();
    }

    /**
     * Rows of activations up to which each row gets the same bits whatever the others are, and also
     * alone, unless they are rows {@link Rows#ofBlock of a block}: steps of several sequences have
     * no more.
     */
    public static int fewRows() {
        return MatVec.MOST_ROWS;
    }
}
