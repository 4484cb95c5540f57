package dev.altiplano.vision.image;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import dev.altiplano.vision.image.Pixels.Order;

import java.io.ByteArrayOutputStream;

/**
 * WebP, lossy and lossless; of an animation the first frame. The decoder gets that frame's colours
 * alone: transparency, profiles and animations never reach it.
 */
final class WebpFile {
    private static final int HEADER = 12;
    private static final int CHUNK = 8;
    private static final int FRAME_HEADER = 16;

    private final Bytes file;
    private int canvasWidth;
    private int canvasHeight;
    private int left;
    private int top;
    private int orientation = Exif.UPRIGHT;
    private int picture = -1;

    private WebpFile(byte[] data) {
        file = Bytes.of(data, LITTLE_ENDIAN);
    }

    static boolean matches(Bytes file) {
        return file.has(0, "RIFF") && file.has(8, "WEBP");
    }

    static Pixels decode(byte[] data, long maxPixels) throws ImageFault {
        WebpFile webp = new WebpFile(data);
        webp.readChunks();
        ImageHeader picture = webp.pictureHeader();
        picture.require(maxPixels);
        int width = Math.max(webp.canvasWidth, webp.left + (int) picture.width());
        int height = Math.max(webp.canvasHeight, webp.top + (int) picture.height());
        new ImageHeader(width, height, 4, webp.orientation).require(maxPixels);
        Pixels pixels = Colours.stored(Readers.image("WebP", webp.alone()));
        if (pixels.width() < width || pixels.height() < height) {
            pixels = webp.place(pixels, width, height);
        }
        return Orientation.apply(pixels, webp.orientation);
    }

    private void readChunks() throws ImageFault {
        int at = HEADER;
        while (at + CHUNK <= file.length()) {
            long size = file.u32(at + 4);
            Bytes body = file.part(at + CHUNK, size);
            switch (file.name(at)) {
                case "VP8X" -> {
                    canvasWidth = u24(body, 4) + 1;
                    canvasHeight = u24(body, 7) + 1;
                }
                case "ANMF" -> readFrame(body);
                case "VP8 ", "VP8L" -> found(at);
                case "EXIF" -> orientation = exif(body);
                default -> {}
            }
            long next = at + CHUNK + size + (size & 1);
            if (next > file.length()) {
                break;
            }
            at = (int) next;
        }
        if (picture < 0) {
            throw new ImageFault("is a WebP file without a picture");
        }
    }

    private void found(int at) {
        if (picture < 0) {
            picture = at;
        }
    }

    private static int exif(Bytes body) {
        return Exif.orientation(body.has(0, "Exif\0\0") ? body.part(6, body.length()) : body);
    }

    private void readFrame(Bytes body) throws ImageFault {
        if (picture >= 0) {
            return;
        }
        left = 2 * u24(body, 0);
        top = 2 * u24(body, 3);
        int at = FRAME_HEADER;
        while (picture < 0 && at + CHUNK <= body.length()) {
            String name = body.name(at);
            if (name.equals("VP8 ") || name.equals("VP8L")) {
                picture = body.start() + at;
            }
            long next = at + CHUNK + body.u32(at + 4) + (body.u32(at + 4) & 1);
            at = (int) Math.min(next, body.length());
        }
    }

    private static int u24(Bytes body, int at) throws ImageFault {
        return body.u16(at) | body.u8(at + 2L) << 16;
    }

    private ImageHeader pictureHeader() throws ImageFault {
        int at = picture + CHUNK;
        if (file.has(picture, "VP8L")) {
            if (file.u8(at) != 0x2f) {
                throw new ImageFault("has a lossless picture without its signature");
            }
            long bits = file.u32(at + 1L);
            return new ImageHeader((bits & 0x3fff) + 1, (bits >> 14 & 0x3fff) + 1, 4, 1);
        }
        if (file.u8(at + 3L) != 0x9d || file.u8(at + 4L) != 0x01 || file.u8(at + 5L) != 0x2a) {
            throw new ImageFault("has a lossy picture without its signature");
        }
        return new ImageHeader(file.u16(at + 6L) & 0x3fff, file.u16(at + 8L) & 0x3fff, 4, 1);
    }

    private byte[] alone() throws ImageFault {
        long size = file.u32(picture + 4L);
        if (size > file.length() - picture - CHUNK) {
            throw new ImageFault("ends inside its picture");
        }
        int bytes = (int) (size + (size & 1));
        ByteArrayOutputStream all = new ByteArrayOutputStream(HEADER + CHUNK + bytes);
        all.writeBytes(new byte[] {'R', 'I', 'F', 'F'});
        int riff = 4 + CHUNK + bytes;
        for (int shift = 0; shift < 32; shift += 8) {
            all.write(riff >> shift);
        }
        all.writeBytes(new byte[] {'W', 'E', 'B', 'P'});
        all.write(file.file(), picture, CHUNK + (int) size);
        if ((size & 1) != 0) {
            all.write(0);
        }
        return all.toByteArray();
    }

    /** A frame on its canvas, which is transparent black. */
    private Pixels place(Pixels frame, int width, int height) {
        byte[] data = new byte[width * height * Pixels.CHANNELS];
        Order order = frame.order();
        Pixels canvas = new Pixels(width, height, data, order);
        for (int y = 0; y < frame.height(); y++) {
            System.arraycopy(
                    frame.data(),
                    frame.at(0, y),
                    data,
                    canvas.at(left, top + y),
                    frame.width() * Pixels.CHANNELS);
        }
        return canvas;
    }
}
