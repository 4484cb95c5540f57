package dev.altiplano.vision.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;

import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.io.ByteArrayOutputStream;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import java.util.zip.Deflater;

/**
 * Files that were cut, changed or made to lie give a picture or one worded fault, and never take
 * more memory than the limit on pixels explains.
 */
class HostilePicturesTest {
    private static final long SEED = 20_260_711;
    private static final int MUTATIONS = 24; // of each of the 63 files

    /** The decoder's picture, its raster and what is made of both: 16 copies of 4 bytes a pixel. */
    private static final long MOST_BYTES = 16 * 4 * Pictures.MOST_PIXELS;

    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    @TestFactory
    Stream<DynamicTest> everyMutationGivesAPictureOrAWordedFault() {
        return Pictures.expected().keySet().stream()
                .map(name -> DynamicTest.dynamicTest(name, () -> mutate(name)));
    }

    private static void mutate(String name) {
        byte[] whole = Pictures.file(name);
        SplittableRandom random = new SplittableRandom(SEED + name.hashCode());
        for (int i = 0; i < MUTATIONS; i++) {
            byte[] file = mutation(whole, i, random);
            String hint = "%s, mutation %d, seed %d".formatted(name, i, SEED);
            assertBounded(file, hint);
        }
    }

    /** Decodes what may be anything; a picture must be as large as it claims. */
    private static void assertBounded(byte[] file, String hint) {
        long before = THREADS.getCurrentThreadAllocatedBytes();
        try {
            Pixels pixels = ImageFile.decode(file, Pictures.MOST_PIXELS);
            assertThat((long) pixels.width() * pixels.height())
                    .as(hint)
                    .isBetween(1L, Pictures.MOST_PIXELS);
        } catch (ImageFault e) {
            assertThat(e.getMessage()).as(hint).isNotBlank().doesNotContain("\n");
        } catch (RuntimeException | Error e) {
            throw new AssertionError(hint, e);
        }
        assertThat(THREADS.getCurrentThreadAllocatedBytes() - before)
                .as("bytes allocated for %s", hint)
                .isLessThan(MOST_BYTES);
    }

    private static byte[] mutation(byte[] whole, int kind, SplittableRandom random) {
        byte[] file = whole.clone();
        int header = Math.min(file.length, 64);
        switch (kind % 8) {
            case 0 -> file = Arrays.copyOf(file, random.nextInt(file.length));
            case 1 -> file[random.nextInt(file.length)] ^= (byte) (1 << random.nextInt(8));
            case 2 -> file[random.nextInt(header)] = (byte) random.nextInt(256);
            case 3 -> put(file, random.nextInt(header), -1);
            case 4 -> put(file, random.nextInt(header), random.nextInt());
            case 5 -> put(file, random.nextInt(file.length), random.nextBoolean() ? -1 : 0);
            case 6 -> swap(file, random);
            default -> {
                for (int i = 0; i < 10; i++) {
                    file[random.nextInt(file.length)] = (byte) random.nextInt(256);
                }
            }
        }
        return kind >= MUTATIONS / 2 ? resealed(file) : file;
    }

    private static void put(byte[] file, int at, int value) {
        for (int i = at; i < Math.min(at + 4, file.length); i++) {
            file[i] = (byte) (value >> 8 * (i - at));
        }
    }

    private static void swap(byte[] file, SplittableRandom random) {
        int length = 1 + random.nextInt(Math.max(1, file.length / 4));
        int a = random.nextInt(file.length - length + 1);
        int b = random.nextInt(file.length - length + 1);
        byte[] part = Arrays.copyOfRange(file, a, a + length);
        System.arraycopy(file, b, file, a, length);
        System.arraycopy(part, 0, file, b, length);
    }

    /** Makes the checksums of a PNG file right, so that changes reach what lies behind them. */
    private static byte[] resealed(byte[] file) {
        Bytes bytes = Bytes.of(file, ByteOrder.BIG_ENDIAN);
        if (!PngFile.matches(bytes)) {
            return file;
        }
        ByteBuffer all = ByteBuffer.wrap(file);
        int at = 8;
        while (at + 12 <= file.length) {
            long length = Integer.toUnsignedLong(all.getInt(at));
            if (length > file.length - at - 12L) {
                return file;
            }
            CRC32 crc = new CRC32();
            crc.update(file, at + 4, (int) length + 4);
            all.putInt(at + 8 + (int) length, (int) crc.getValue());
            at += 12 + (int) length;
        }
        return file;
    }

    /** A small file that claims a huge picture is refused by its header. */
    @TestFactory
    Stream<DynamicTest> headersThatLieTakeNoMemory() {
        return Stream.of(
                lie("rgb.png", 16, ByteOrder.BIG_ENDIAN, 4, "60000 x 60000"),
                lie(
                        "baseline.jpg",
                        sofOf("baseline.jpg"),
                        ByteOrder.BIG_ENDIAN,
                        2,
                        "60000 x 60000"),
                lie("progressive.jpg", sofOf("progressive.jpg"), ByteOrder.BIG_ENDIAN, 2, "60000"),
                lie("frame.gif", 6, ByteOrder.LITTLE_ENDIAN, 2, "60000 x 60000"),
                lie("rgb.bmp", 18, ByteOrder.LITTLE_ENDIAN, 4, "60000 x 60000"),
                lie("lossy.webp", 26, ByteOrder.LITTLE_ENDIAN, 2, "has 10848 x 10848 pixels"));
    }

    private static DynamicTest lie(
            String name, int at, ByteOrder order, int width, String expected) {
        return DynamicTest.dynamicTest(
                name,
                () -> {
                    byte[] file = Pictures.file(name);
                    ByteBuffer all = ByteBuffer.wrap(file).order(order);
                    for (int side = 0; side < 2; side++) {
                        if (width == 2) {
                            all.putShort(at + 2 * side, (short) 60_000);
                        } else {
                            all.putInt(at + 4 * side, 60_000);
                        }
                    }
                    byte[] lying = resealed(file);
                    assertThatThrownBy(() -> ImageFile.decode(lying, 1 << 26))
                            .isInstanceOf(ImageFault.class)
                            .hasMessageContaining(expected);
                    assertBounded(lying, name);
                });
    }

    private static int sofOf(String name) {
        byte[] file = Pictures.file(name);
        for (int i = 0; i + 9 < file.length; i++) {
            if (file[i] == (byte) 0xff
                    && (file[i + 1] == (byte) 0xc0 || file[i + 1] == (byte) 0xc2)) {
                return i + 5;
            }
        }
        throw new AssertionError("no frame header in " + name);
    }

    @ParameterizedTest
    @CsvSource({
        "rgb.png, 0.5, ends inside its chunk",
        "baseline.jpg, 0.7, is damaged: ",
        "progressive.jpg, 0.9, is damaged: ",
        "frame.gif, 0.5, ends too early",
        "rgb.bmp, 0.5, claims 45 x 31 pixels in",
        "lossy.webp, 0.5, ends inside its picture",
        "lossless.webp, 0.5, ends inside its picture",
        "rgb.tif, 0.5, ''",
    })
    void aTruncatedFileIsNoRightAnswer(String name, double share, String expected) {
        byte[] whole = Pictures.file(name);
        byte[] half = Arrays.copyOf(whole, (int) (share * whole.length));

        assertThatThrownBy(() -> ImageFile.decode(half, Pictures.MOST_PIXELS))
                .isInstanceOf(ImageFault.class)
                .hasMessageContaining(expected);
    }

    @Test
    void zeroSizesAreRefused() {
        byte[] png = Pictures.file("rgb.png");
        ByteBuffer.wrap(png).putInt(16, 0);
        byte[] bmp = Pictures.file("rgb.bmp");
        ByteBuffer.wrap(bmp).putInt(18, 0);

        for (byte[] file : List.of(resealed(png), bmp)) {
            assertThatThrownBy(() -> ImageFile.decode(file, Pictures.MOST_PIXELS))
                    .isInstanceOf(ImageFault.class)
                    .hasMessageContaining("has 0 x 31 pixels, expected at least 1 x 1");
        }
    }

    @ParameterizedTest
    @CsvSource({"'', is empty", "GIF, is no picture", "<svg></svg>, is no picture"})
    void whatIsNoPictureIsSaidToBeNone(String content, String expected) {
        byte[] file = content.getBytes(StandardCharsets.US_ASCII);

        assertThatThrownBy(() -> ImageFile.decode(file, Pictures.MOST_PIXELS))
                .isInstanceOf(ImageFault.class)
                .hasMessageContaining(expected);
    }

    /** A text of 32 MB in 32 kB never reaches the decoder. */
    @Test
    void compressedTextsAreNotUnpacked() throws ImageFault {
        byte[] whole = Pictures.file("rgb.png");
        byte[] text = new byte[32 << 20];
        Deflater deflater = new Deflater(9);
        deflater.setInput(text);
        deflater.finish();
        byte[] packed = new byte[1 << 18];
        int length = deflater.deflate(packed);
        deflater.end();
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        body.writeBytes("zTXtbomb\0\0".getBytes(StandardCharsets.ISO_8859_1));
        body.write(packed, 0, length);
        byte[] bomb = withChunk(whole, body.toByteArray());

        assertBounded(bomb, "a text of 32 MB");
        Pixels got = ImageFile.decode(bomb, Pictures.MOST_PIXELS);
        assertThat(Pictures.difference(got, ImageFile.decode(whole, Pictures.MOST_PIXELS)))
                .isZero();
    }

    /** Behind the header, which has 25 bytes. */
    private static byte[] withChunk(byte[] png, byte[] nameAndBody) {
        int at = 8 + 25;
        ByteBuffer all = ByteBuffer.allocate(png.length + nameAndBody.length + 8);
        all.put(png, 0, at).putInt(nameAndBody.length - 4).put(nameAndBody).putInt(0);
        all.put(png, at, png.length - at);
        return resealed(all.array());
    }
}
