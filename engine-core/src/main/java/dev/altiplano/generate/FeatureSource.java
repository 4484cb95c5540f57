package dev.altiplano.generate;

import dev.altiplano.kernels.Rows;

import org.jspecify.annotations.Nullable;

import java.util.function.BooleanSupplier;

/** A picture whose features are made when they are needed. */
public interface FeatureSource {
    /**
     * The features, computed or known from before.
     *
     * @param cancel asked now and then; null when nobody cancels
     * @return one row per patch token of the picture
     * @throws java.util.concurrent.CancellationException if cancelled half-way
     */
    Rows features(@Nullable BooleanSupplier cancel);

    /** SHA-256 of what decides the features, as 64 hexadecimal digits. */
    String digest();
}
