package dev.altiplano;

/**
 * How far opening a model has come.
 *
 * @param stage what is being done
 * @param done stages done
 * @param total stages in all
 */
public record LoadProgress(Stage stage, int done, int total) {
    /** The stages, in order. */
    public enum Stage {
        /** Headers and small JSON files are read and checked; the weights are mapped. */
        CHECKPOINT,
        /** The memory plan is made and checked. */
        MEMORY,
        /** Scratch is taken and the worker threads start. */
        WORKERS,
        /** The model can be used. */
        READY
    }
}
