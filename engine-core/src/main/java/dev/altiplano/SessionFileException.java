package dev.altiplano;

/**
 * A file that holds no session of this model, or a damaged one. Nothing was changed; the message
 * names the file, what was found and what was expected.
 */
public final class SessionFileException extends RuntimeException {
    private static final long serialVersionUID = 1;

    /** Says what is wrong. */
    SessionFileException(String message, Throwable cause) {
        super(message, cause);
    }

    /** Says what is wrong. */
    SessionFileException(String message) {
        super(message);
    }
}
