package dev.altiplano;

/** A plan that cannot fit; nothing has been taken. The message holds the numbers. */
public final class InsufficientMemoryException extends RuntimeException {
    private static final long serialVersionUID = 1;

    /** Says what is needed and what there is. */
    public InsufficientMemoryException(String message) {
        super(message);
    }

    /** As the other one, with what found it. */
    InsufficientMemoryException(String message, Throwable cause) {
        super(message, cause);
    }
}
