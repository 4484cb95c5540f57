package dev.altiplano.vision.image;

import javax.imageio.stream.ImageInputStreamImpl;

/** A file in memory for the readers of Image I/O, without a copy or a cache file. */
final class ByteArrayInput extends ImageInputStreamImpl {
    private final byte[] data;

    ByteArrayInput(byte[] data) {
        this.data = data;
    }

    @Override
    public int read() {
        bitOffset = 0;
        return streamPos < data.length ? data[(int) streamPos++] & 0xff : -1;
    }

    @Override
    public int read(byte[] to, int offset, int length) {
        bitOffset = 0;
        if (length == 0) {
            return 0;
        }
        if (streamPos >= data.length) {
            return -1;
        }
        int count = (int) Math.min(length, data.length - streamPos);
        System.arraycopy(data, (int) streamPos, to, offset, count);
        streamPos += count;
        return count;
    }

    @Override
    public long length() {
        return data.length;
    }
}
