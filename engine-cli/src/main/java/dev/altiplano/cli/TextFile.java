package dev.altiplano.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Files with UTF-8 text. */
final class TextFile {
    private TextFile() {}

    /**
     * Reads all of it.
     *
     * @throws CommandException if it is no UTF-8
     * @throws UncheckedIOException if it cannot be read
     */
    static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (CharacterCodingException _) {
            throw CommandException.failed(file + ": is no UTF-8 text");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
