package dev.altiplano;

import dev.altiplano.generate.EndReason;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.Optional;

/**
 * Until when an answer may take.
 *
 * @param limited whether there is a limit at all
 * @param end by {@link System#nanoTime}
 */
record TimeLimit(boolean limited, long end) {
    /** The longest wait that nanoseconds can tell, with room. */
    private static final Duration LONGEST = Duration.ofDays(365L * 100);

    /** A limit from now on. */
    static TimeLimit of(Optional<Duration> time) {
        if (time.isEmpty()) {
            return new TimeLimit(false, 0);
        }
        Duration wait = time.get().compareTo(LONGEST) < 0 ? time.get() : LONGEST;
        return new TimeLimit(true, System.nanoTime() + wait.toNanos());
    }

    /** Null as long as there is time. */
    @Nullable EndReason reason() {
        return limited && System.nanoTime() - end >= 0 ? EndReason.DEADLINE : null;
    }
}
