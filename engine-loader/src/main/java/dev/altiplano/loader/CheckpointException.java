package dev.altiplano.loader;

import java.io.Serial;

/**
 * A file of a checkpoint is missing, broken, or not what another one says it is. The message is one
 * line: file, tensor or field, what was found, what was expected.
 */
public final class CheckpointException extends RuntimeException {
    @Serial private static final long serialVersionUID = 1;

    /** A fault that no other exception caused. */
    public CheckpointException(String message) {
        super(message);
    }

    /** A fault that shows in {@code cause}. */
    public CheckpointException(String message, Throwable cause) {
        super(message, cause);
    }
}
