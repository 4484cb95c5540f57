package dev.altiplano.loader;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/** The built-in Llama 4 format, read once. */
final class Llama4Format {
    private static final String RESOURCE = "llama4.jinja";

    static final ChatTemplate TEMPLATE = ChatTemplate.parse(read(), RESOURCE);

    private Llama4Format() {}

    private static String read() {
        try (InputStream in = Llama4Format.class.getResourceAsStream(RESOURCE)) {
            if (in == null) {
                throw new IllegalStateException(RESOURCE + " is missing in the module");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
