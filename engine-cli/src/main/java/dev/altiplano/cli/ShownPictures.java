package dev.altiplano.cli;

import dev.altiplano.Content;
import dev.altiplano.Image;
import dev.altiplano.ImageEncoder;
import dev.altiplano.ImageTiles;
import dev.altiplano.Llama4Model;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Pictures that were named in a chat and go with the next message. */
final class ShownPictures {
    static final String COMMAND = "/image";

    private final Llama4Model model;
    private final Path folder;
    private final List<Image> waiting = new ArrayList<>();

    ShownPictures(Llama4Model model, Path folder) {
        this.model = model;
        this.folder = folder;
    }

    static boolean isCommand(String line) {
        return line.equals(COMMAND) || line.startsWith(COMMAND + " ");
    }

    /**
     * Takes the picture of a line like {@code /image FILE}; quotes around the file are no part of
     * its name.
     *
     * @return what was taken, in words
     * @throws CommandException if there is no such file, or the model has no image tower
     * @throws IllegalArgumentException if the file is no picture
     */
    String add(String line) {
        String name = unquoted(line.substring(COMMAND.length()).strip());
        if (name.isEmpty()) {
            throw CommandException.failed(
                    COMMAND + " without a file, expected " + COMMAND + " FILE");
        }
        ImageEncoder encoder = model.imageEncoder().orElseThrow(() -> ImageOptions.noTower(folder));
        Image image = Content.image(path(name));
        ImageTiles tiles = encoder.tiles(image); // what is wrong with it shows here
        waiting.add(image);
        return "%s: %d tiles, %d patch tokens; it goes with the next message"
                .formatted(
                        name,
                        tiles.pixelValues().size(),
                        tiles.pixelValues().size() * encoder.tokensPerTile());
    }

    private static Path path(String name) {
        try {
            Path file = Path.of(name);
            ImageOptions.requireFile(file);
            return file;
        } catch (InvalidPathException e) {
            throw CommandException.failed("'%s': is no name of a file".formatted(name));
        }
    }

    private static String unquoted(String name) {
        boolean quoted =
                name.length() >= 2
                        && (name.charAt(0) == '"' || name.charAt(0) == '\'')
                        && name.charAt(0) == name.charAt(name.length() - 1);
        return quoted ? name.substring(1, name.length() - 1) : name;
    }

    /** The parts of a message: the pictures that wait, then its words. */
    Content[] withWords(String words) {
        List<Content> parts = new ArrayList<>(waiting);
        parts.add(Content.text(words));
        waiting.clear();
        return parts.toArray(Content[]::new);
    }
}
