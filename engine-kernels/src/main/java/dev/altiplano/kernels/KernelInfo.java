package dev.altiplano.kernels;

import dev.altiplano.kernels.internal.KernelSets;

import java.util.Optional;

/** Which kernels this JVM runs. */
public final class KernelInfo {
    private KernelInfo() {}

    /** In words, for example {@code vector kernels, 512 bit}. */
    public static String description() {
        return KernelSets.BEST.description();
    }

    /** Why the kernels are slow and what to do about it; empty when they are not. */
    public static Optional<String> slowReason() {
        return KernelSets.BEST.slowReason();
    }
}
