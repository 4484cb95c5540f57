package dev.altiplano.loader.internal;

import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;

/** The next bytes of a stream up to a limit; all that is read goes into a digest. */
final class LimitedInput extends InputStream {
    private final InputStream in;
    private final MessageDigest digest;
    private long left;

    LimitedInput(InputStream in, long limit, MessageDigest digest) {
        this.in = in;
        this.left = limit;
        this.digest = digest;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
        if (left == 0) {
            return -1;
        }
        int count = in.read(bytes, offset, (int) Math.min(length, left));
        if (count > 0) {
            digest.update(bytes, offset, count);
            left -= count;
        }
        return count;
    }
}
