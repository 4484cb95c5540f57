package dev.altiplano;

import dev.altiplano.generate.FeatureSource;
import dev.altiplano.kernels.Rows;

import org.jspecify.annotations.Nullable;

import java.util.function.BooleanSupplier;

/**
 * A picture of a saved session that belonged to no message, so that it was not saved.
 *
 * @param digest of what decided its features
 */
record LostPicture(String digest) implements FeatureSource {
    @Override
    public Rows features(@Nullable BooleanSupplier cancel) {
        throw new IllegalStateException(
                "a picture has to be looked at again that the saved session does not hold: its"
                        + " prompt was no message; start a new session");
    }
}
