package dev.altiplano;

/** As many answers are being made and waited for as the model's options allow; ask again later. */
public final class ModelBusyException extends RuntimeException {
    private static final long serialVersionUID = 1;

    /** Says how many there are. */
    public ModelBusyException(String message) {
        super(message);
    }
}
