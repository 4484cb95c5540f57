package dev.altiplano.bench.jmh;

/** Nobody wants to know how fast a wrong result is. */
final class Checks {
    private Checks() {}

    /**
     * Compares a result with what a plain loop in double finds.
     *
     * @throws IllegalStateException if they differ by more than the tolerance
     */
    static void close(String what, float actual, double expected, double tolerance) {
        if (!(Math.abs(actual - expected) <= tolerance)) {
            throw new IllegalStateException(
                    "%s is %s, expected %s within %s".formatted(what, actual, expected, tolerance));
        }
    }
}
