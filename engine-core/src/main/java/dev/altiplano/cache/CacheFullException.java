package dev.altiplano.cache;

/** Keys and values do not fit their budget; the message holds the numbers. */
public final class CacheFullException extends RuntimeException {
    private static final long serialVersionUID = 1;

    /** Says what is needed and what there is. */
    public CacheFullException(String message) {
        super(message);
    }
}
