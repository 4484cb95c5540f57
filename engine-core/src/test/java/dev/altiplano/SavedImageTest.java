package dev.altiplano;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/** A picture in a saved session is the picture itself, wherever it came from. */
class SavedImageTest {
    private static final Path FILE = Goldens.folder("vision56").resolve("p0.png");

    @TempDir private Path folder;

    private static byte[] written(Image image) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        image.write(new DataOutputStream(bytes));
        return bytes.toByteArray();
    }

    private static Image read(byte[] bytes) throws IOException {
        return Image.read(new DataInputStream(new ByteArrayInputStream(bytes)));
    }

    private static String digest(Image image) {
        return image.decode(ImageLimits.defaults()).digest();
    }

    @Test
    void filesBytesAndDrawingsComeBack() throws IOException {
        BufferedImage drawn = new BufferedImage(5, 3, BufferedImage.TYPE_3BYTE_BGR);
        drawn.setRGB(1, 2, 0x123456);

        for (Image image :
                new Image[] {
                    Content.image(FILE),
                    Content.image(Files.readAllBytes(FILE)),
                    Content.image(drawn)
                }) {
            Image back = read(written(image));
            assertThat(digest(back)).isEqualTo(digest(image));
            assertThat(back).hasToString(image.toString());
        }
    }

    @Test
    void aFileIsKeptOnceItWasRead() throws IOException {
        Path copy = Files.copy(FILE, folder.resolve("copy.png"));
        Image image = Content.image(copy);
        String before = digest(image);
        Files.writeString(copy, "something else");

        assertThat(digest(image)).isEqualTo(before);
        assertThat(digest(read(written(image)))).isEqualTo(before);
    }

    @Test
    void whatEndsEarlyOrLiesIsRefused() throws IOException {
        byte[] whole = written(Content.image(FILE));
        byte[] cut = Arrays.copyOf(whole, whole.length - 1);
        byte[] huge = written(Content.image(new BufferedImage(2, 2, BufferedImage.TYPE_INT_RGB)));
        Arrays.fill(huge, huge.length - 12 - 9, huge.length - 12 - 1, (byte) 0x7f); // its sizes

        assertThatThrownBy(() -> read(cut))
                .isInstanceOf(IOException.class)
                .hasMessageMatching("a picture of \\d+ bytes in the \\d+ that are left");
        assertThatThrownBy(() -> read(huge))
                .isInstanceOf(IOException.class)
                .hasMessageMatching("a picture of \\d+ x \\d+ pixels");
    }
}
