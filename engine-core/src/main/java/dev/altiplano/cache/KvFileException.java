package dev.altiplano.cache;

/** A file that does not hold what it should; the message names file, found and expected. */
public final class KvFileException extends RuntimeException {
    private static final long serialVersionUID = 1;

    /** Says what is wrong. */
    public KvFileException(String message) {
        super(message);
    }
}
