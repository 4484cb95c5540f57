package dev.altiplano.cli;

import dev.altiplano.Content;
import dev.altiplano.ImageEncoder;
import dev.altiplano.ImageTiles;
import dev.altiplano.Llama4Model;
import dev.altiplano.loader.SafetensorsWriter;
import dev.altiplano.loader.TensorSpec;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;

/** Writes a picture to a file as the image tower takes it. */
@Command(
        name = "image",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        description =
                "Writes a picture to a .safetensors file as the image tower takes it:"
                        + " 'pixel_values', F32, [tiles, 3, size, size], and 'tiles', I32, [2]:"
                        + " rows and columns of tiles. Where there is more than one tile, the"
                        + " last one shows the whole picture.",
        footer = {
            "",
            "Example:",
            "  altiplano image Llama-4-Scout-17B-16E-Instruct photo.jpg --out tiles.safetensors"
        })
final class ImageCommand implements Callable<Integer> {
    private final Terminal terminal;

    @Mixin private final ModelArgument model = new ModelArgument();

    @Parameters(
            index = "1",
            paramLabel = "FILE",
            description = "PNG, JPEG, GIF (first frame), BMP, WebP or TIFF.")
    private Path file = Path.of("");

    @Option(
            names = "--out",
            paramLabel = "F.safetensors",
            required = true,
            description = "File to write; replaced when everything is there.")
    private Path out = Path.of("");

    ImageCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        model.options();
        ImageOptions.requireFile(file);
        OutputFile.requirePlace(out);
        try (Llama4Model opened = model.open()) {
            ImageEncoder encoder =
                    opened.imageEncoder().orElseThrow(() -> ImageOptions.noTower(model.folder()));
            ImageTiles tiles = encoder.tiles(Content.image(file));
            write(tiles);
            terminal.note(
                    "%d x %d tiles (high x wide), %d in all, %d patch tokens"
                            .formatted(
                                    tiles.high(),
                                    tiles.wide(),
                                    tiles.pixelValues().size(),
                                    tiles.pixelValues().size() * encoder.tokensPerTile()));
        }
        return ExitCode.FINE;
    }

    private void write(ImageTiles tiles) {
        int size = tiles.tileSize();
        List<TensorSpec> specs =
                List.of(
                        TensorSpec.of(
                                "pixel_values", "F32", tiles.pixelValues().size(), 3, size, size),
                        TensorSpec.of("tiles", "I32", 2));
        try (SafetensorsWriter writer = SafetensorsWriter.create(out, specs)) {
            tiles.pixelValues().forEach(writer::add);
            writer.add(new int[] {tiles.high(), tiles.wide()});
            writer.finish();
        }
    }
}
