package dev.altiplano.vision.image;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Locale;

import javax.imageio.ImageReader;
import javax.imageio.event.IIOReadWarningListener;

/**
 * Collects what a reader puts up with: a picture whose end is missing or whose data are broken is
 * no right answer.
 */
final class Damage implements IIOReadWarningListener {
    /** What the JPEG library says about files that others read without complaint. */
    private static final List<String> HARMLESS =
            List.of("extraneous bytes", "unknown jfif revision", "inconsistent progression");

    private @Nullable String first;

    @Override
    public void warningOccurred(ImageReader source, String warning) {
        String words = warning.toLowerCase(Locale.ROOT);
        if (first == null && HARMLESS.stream().noneMatch(words::contains)) {
            first = warning;
        }
    }

    /** Refuses the picture if there was a warning. */
    void require() throws ImageFault {
        if (first != null) {
            throw new ImageFault("is damaged: " + first.strip().replaceAll("\\s+", " "));
        }
    }
}
