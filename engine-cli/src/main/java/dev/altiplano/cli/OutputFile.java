package dev.altiplano.cli;

import java.nio.file.Files;
import java.nio.file.Path;

/** A file that a command writes at its end. */
final class OutputFile {
    private OutputFile() {}

    /** Says in time that the file cannot be written, not when everything is computed. */
    static void requirePlace(Path out) {
        Path folder = out.toAbsolutePath().getParent();
        if (folder == null || !Files.isDirectory(folder)) {
            throw CommandException.failed(out + ": the folder for it does not exist");
        }
        if (Files.isDirectory(out)) {
            throw CommandException.failed(out + ": is a folder, expected a file to write");
        }
    }
}
