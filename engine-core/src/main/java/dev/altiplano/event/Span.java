package dev.altiplano.event;

/**
 * Something that takes time and is being recorded. One that never ends is not in the recording.
 *
 * @param <F> what is known of it at its end
 */
@FunctionalInterface
public interface Span<F> {
    /** Ends it now. */
    void end(F facts);
}
