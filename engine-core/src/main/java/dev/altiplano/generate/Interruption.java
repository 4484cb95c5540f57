package dev.altiplano.generate;

import org.jspecify.annotations.Nullable;

/** Why an answer must end before it is done. */
@FunctionalInterface
public interface Interruption {
    /** Asked between layers and tokens, by any thread; null to go on. */
    @Nullable EndReason reason();
}
