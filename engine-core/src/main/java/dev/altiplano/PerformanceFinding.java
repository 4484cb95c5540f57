package dev.altiplano;

/**
 * A cliff that was met.
 *
 * @param found what shows it, with numbers where there are any
 */
public record PerformanceFinding(PerformanceCliff cliff, String found) {
    /** One sentence: what it is, what was found, what to do. */
    public String text() {
        return "%s (%s): %s".formatted(cliff.explanation(), found, cliff.remedy());
    }
}
