package dev.altiplano.loader;

/**
 * How far a {@link QuantisedCopy} is.
 *
 * @param stage what is being done
 * @param done weights that are through with it
 * @param total all weights of the model
 */
public record CopyProgress(Stage stage, long done, long total) {
    /** What is being done. */
    public enum Stage {
        /** Weights are encoded and written. */
        WRITING,
        /** What was written is read again and compared with the source. */
        VERIFYING
    }
}
