package dev.altiplano.loader.internal.jinja;

/** A failed operation on values; whoever knows where in the template it stands makes it public. */
final class Fault extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Fault(String reason) {
        super(reason, null, false, false); // the template's position says more than a stack trace
    }

    @SuppressWarnings("AnnotateFormatMethod") // the annotation would be one more dependency
    Fault(String format, Object... details) {
        this(format.formatted(details));
    }

    /** The reason in words. */
    String reason() {
        return String.valueOf(getMessage());
    }
}
