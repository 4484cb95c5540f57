package dev.altiplano.vision.image;

import static org.assertj.core.api.Assertions.assertThat;

import static java.util.Objects.requireNonNull;

import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.util.Map;
import java.util.stream.Stream;

/** Every kind of file gives the pixels that the reference's image library gives. */
class ImageFileTest {
    private static final Map<String, Pixels> EXPECTED = Pictures.expected();

    @TestFactory
    Stream<DynamicTest> everyFileIsDecodedAsPillowDoes() {
        return EXPECTED.keySet().stream()
                .filter(name -> !name.startsWith("grey16"))
                .map(name -> DynamicTest.dynamicTest(name, () -> assertSame(name)));
    }

    private static void assertSame(String name) throws ImageFault {
        Pixels wanted = expected(name);

        Pixels got = ImageFile.decode(Pictures.file(name), Pictures.MOST_PIXELS);

        assertThat(got.width() + " x " + got.height())
                .isEqualTo(wanted.width() + " x " + wanted.height());
        assertThat(Pictures.difference(got, wanted))
                .as("largest difference of a channel")
                .isLessThanOrEqualTo(allowed(name));
    }

    private static Pixels expected(String name) {
        return requireNonNull(EXPECTED.get(name), name);
    }

    private static int allowed(String name) {
        return switch (name) {
            case "palette.tif" -> 1; // its colours have 16 bits, which one rounds and one cuts
            case "lossy.webp", "lossy-alpha.webp" -> 25; // colours between pixels are not smoothed
            default -> 0;
        };
    }

    /** Pillow cuts 16-bit greys off at 255, which leaves a white sheet; the upper byte is meant. */
    @Test
    void greysOf16BitsKeepTheirUpperByte() throws ImageFault {
        Pixels grey = expected("grey.png");

        for (String name : new String[] {"grey16.png", "grey16.tif"}) {
            Pixels got = ImageFile.decode(Pictures.file(name), Pictures.MOST_PIXELS);

            assertThat(Pictures.difference(got, grey)).as(name).isLessThanOrEqualTo(1);
        }
    }

    @Test
    void everyKindOfBufferedImageGivesTheSamePixels() throws ImageFault {
        Pixels wanted = expected("rgb.png");
        int[] types = {
            BufferedImage.TYPE_INT_RGB,
            BufferedImage.TYPE_INT_BGR,
            BufferedImage.TYPE_INT_ARGB,
            BufferedImage.TYPE_INT_ARGB_PRE,
            BufferedImage.TYPE_3BYTE_BGR,
            BufferedImage.TYPE_4BYTE_ABGR,
            BufferedImage.TYPE_4BYTE_ABGR_PRE
        };
        for (int type : types) {
            BufferedImage image = new BufferedImage(wanted.width(), wanted.height(), type);
            for (int y = 0; y < wanted.height(); y++) {
                for (int x = 0; x < wanted.width(); x++) {
                    int rgb = wanted.get(x, y, 0) << 16 | wanted.get(x, y, 1) << 8;
                    image.setRGB(x, y, 0xff << 24 | rgb | wanted.get(x, y, 2));
                }
            }

            assertThat(Pictures.difference(ImageFile.of(image), wanted))
                    .as("type " + type)
                    .isZero();
            Pixels corner = ImageFile.of(image.getSubimage(5, 7, 9, 11));
            assertThat(corner.get(1, 2, 1))
                    .as("part of type " + type)
                    .isEqualTo(wanted.get(6, 9, 1));
        }
    }

    @Test
    void aSmallBufferedImageOfFewBitsIsStretchedToEight() {
        BufferedImage image = new BufferedImage(2, 1, BufferedImage.TYPE_USHORT_565_RGB);
        Graphics2D graphics = image.createGraphics();
        graphics.setColor(java.awt.Color.WHITE);
        graphics.fillRect(0, 0, 1, 1);
        graphics.dispose();

        Pixels got = ImageFile.of(image);

        assertThat(got.data()).containsExactly(-1, -1, -1, 0, 0, 0);
    }
}
