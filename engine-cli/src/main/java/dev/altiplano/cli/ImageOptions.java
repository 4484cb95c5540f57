package dev.altiplano.cli;

import dev.altiplano.Content;
import dev.altiplano.Image;
import dev.altiplano.Llama4Model;

import picocli.CommandLine.Option;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The pictures of a request. */
final class ImageOptions {
    @Option(
            names = "--image",
            paramLabel = "FILE",
            description =
                    "Show a picture: PNG, JPEG, GIF (first frame), BMP, WebP or TIFF. May be given"
                            + " several times; pictures come before the prompt. With --ids, the"
                            + " ids hold the expanded patch tokens already, which the pictures"
                            + " replace in order.")
    private List<Path> files = new ArrayList<>();

    /** Refuses files that are not there, before a model is opened. */
    void check() {
        files.forEach(ImageOptions::requireFile);
    }

    /** Refuses what is no file. */
    static void requireFile(Path file) {
        if (!Files.exists(file)) {
            throw CommandException.failed(file + ": does not exist");
        }
        if (Files.isDirectory(file)) {
            throw CommandException.failed(file + ": is a folder, expected a picture");
        }
    }

    /** Refuses pictures that the model cannot take. */
    void requireTower(Llama4Model opened, Path folder) {
        if (!files.isEmpty() && opened.imageEncoder().isEmpty()) {
            throw noTower(folder);
        }
    }

    static CommandException noTower(Path folder) {
        return CommandException.failed(
                folder + ": this checkpoint has no image tower, so it cannot take pictures");
    }

    List<Image> images() {
        return files.stream().map(Content::image).toList();
    }
}
