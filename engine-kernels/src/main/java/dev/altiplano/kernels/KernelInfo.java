package dev.altiplano.kernels;

import java.util.Optional;

/** Which kernels this JVM runs. */
public final class KernelInfo {
    private KernelInfo() {}

    /** In words, for example {@code vector kernels, 512 bit}. */
    public static String description() {
        return "scalar kernels";
    }

    /** Why the kernels are slow and what to do about it; empty when they are not. */
    public static Optional<String> slowReason() {
        return Optional.of("vector kernels are not written yet");
    }
}
