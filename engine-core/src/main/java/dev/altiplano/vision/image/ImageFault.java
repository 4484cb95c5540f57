package dev.altiplano.vision.image;

/** Why a picture cannot be used: what was found, what was expected. Its name is added outside. */
public final class ImageFault extends Exception {
    private static final long serialVersionUID = 1;

    ImageFault(String message) {
        super(message);
    }

    ImageFault(String message, Throwable cause) {
        super(message, cause);
    }
}
