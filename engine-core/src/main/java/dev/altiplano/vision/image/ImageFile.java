package dev.altiplano.vision.image;

import static java.nio.ByteOrder.BIG_ENDIAN;

import java.awt.image.BufferedImage;

/**
 * Decodes the files of pictures: PNG, JPEG, GIF, BMP, WebP and TIFF, told apart by their first
 * bytes and never by their names. Sizes are checked before anything is decoded.
 */
public final class ImageFile {
    private ImageFile() {}

    /**
     * The picture in a file, upright, as 8-bit colours.
     *
     * @param maxPixels most pixels, of up to 4 bytes each
     * @throws ImageFault if the file is no picture, of a kind that is not supported, damaged or too
     *     large
     */
    public static Pixels decode(byte[] file, long maxPixels) throws ImageFault {
        Bytes bytes = Bytes.of(file, BIG_ENDIAN);
        if (JpegFile.matches(bytes)) {
            return JpegFile.decode(file, maxPixels);
        }
        if (PngFile.matches(bytes)) {
            return PngFile.decode(file, maxPixels);
        }
        if (WebpFile.matches(bytes)) {
            return WebpFile.decode(file, maxPixels);
        }
        if (GifFile.matches(bytes)) {
            return GifFile.decode(file, maxPixels);
        }
        if (TiffFile.matches(bytes)) {
            return TiffFile.decode(file, maxPixels);
        }
        if (BmpFile.matches(bytes)) {
            return BmpFile.decode(file, maxPixels);
        }
        throw new ImageFault(
                file.length == 0
                        ? "is empty, expected a picture"
                        : "is no picture, expected a PNG, JPEG, GIF, BMP, WebP or TIFF file");
    }

    /** A picture of an application, as 8-bit colours; may share its bytes. */
    public static Pixels of(BufferedImage image) {
        return Colours.of(image);
    }
}
