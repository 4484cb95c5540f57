package dev.altiplano.vision.image;

import com.twelvemonkeys.imageio.plugins.webp.WebPImageReaderSpi;

import java.awt.image.BufferedImage;
import java.awt.image.Raster;
import java.io.IOException;
import java.util.Arrays;
import java.util.Iterator;
import java.util.Locale;

import javax.imageio.ImageReader;
import javax.imageio.spi.IIORegistry;
import javax.imageio.spi.ImageReaderSpi;

/**
 * Runs readers of Image I/O. Always the same ones, whatever other plug-ins an application has
 * installed: the JDK's own, and TwelveMonkeys' for WebP.
 */
final class Readers {
    private Readers() {}

    /** Uses a reader that has its input. */
    private interface Use<T> {
        T of(ImageReader reader) throws IOException;
    }

    /** Decodes the first picture of a file. */
    static BufferedImage image(String format, byte[] file) throws ImageFault {
        return use(format, file, reader -> reader.read(0));
    }

    /** Decodes the first picture of a file without converting its colours. */
    static Raster raster(String format, byte[] file) throws ImageFault {
        return use(format, file, reader -> reader.readRaster(0, null));
    }

    private static <T> T use(String format, byte[] file, Use<T> use) throws ImageFault {
        Damage damage = new Damage();
        try (ByteArrayInput input = new ByteArrayInput(file)) {
            ImageReader reader = provider(format).createReaderInstance();
            try {
                reader.addIIOReadWarningListener(damage);
                reader.setInput(input, true, true);
                T result = use.of(reader);
                damage.require();
                return result;
            } finally {
                reader.dispose();
            }
        } catch (IOException | RuntimeException e) { // readers answer damage with any exception
            throw new ImageFault("cannot be decoded as %s: %s".formatted(format, reason(e)), e);
        }
    }

    private static String reason(Exception e) {
        String message = e.getMessage();
        if (message == null || message.isBlank()) {
            return e.getClass().getSimpleName();
        }
        String line = message.strip().replaceAll("\\s+", " ");
        return line.length() > 200 ? line.substring(0, 200) : line;
    }

    private static ImageReaderSpi provider(String format) {
        if (format.equals("WebP")) {
            return new WebPImageReaderSpi();
        }
        Iterator<ImageReaderSpi> all =
                IIORegistry.getDefaultInstance().getServiceProviders(ImageReaderSpi.class, false);
        while (all.hasNext()) {
            ImageReaderSpi spi = all.next();
            boolean ofJdk = spi.getClass().getModule() == BufferedImage.class.getModule();
            if (ofJdk && hasName(spi, format)) {
                return spi;
            }
        }
        throw new IllegalStateException(
                "the JDK has no reader for %s: was it built without?".formatted(format));
    }

    private static boolean hasName(ImageReaderSpi spi, String format) {
        return Arrays.asList(spi.getFormatNames()).contains(format.toLowerCase(Locale.ROOT));
    }
}
