package dev.altiplano.cache;

import static java.nio.ByteOrder.LITTLE_ENDIAN;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * Stands for all that a sequence holds up to a border: SHA-256 of the key before and of the tokens
 * since.
 */
public record PrefixKey(long a, long b, long c, long d) {
    /**
     * Of an empty sequence.
     *
     * @param identity what else decides about the bits: checkpoint, kernels, block size
     */
    static PrefixKey of(String identity) {
        return of(sha256().digest(identity.getBytes(UTF_8)));
    }

    /** Of the sequence that goes on with what {@code content} holds from its position on. */
    PrefixKey followedBy(ByteBuffer content) {
        MessageDigest digest = sha256();
        digest.update(bytes());
        digest.update(content);
        return of(digest.digest());
    }

    private static PrefixKey of(byte[] bytes) {
        ByteBuffer buffer = ByteBuffer.wrap(bytes).order(LITTLE_ENDIAN);
        return new PrefixKey(
                buffer.getLong(), buffer.getLong(), buffer.getLong(), buffer.getLong());
    }

    /** The 32 bytes. */
    ByteBuffer bytes() {
        return ByteBuffer.allocate(32)
                .order(LITTLE_ENDIAN)
                .putLong(a)
                .putLong(b)
                .putLong(c)
                .putLong(d)
                .flip();
    }

    /** 64 hexadecimal digits. */
    String hex() {
        return HexFormat.of().formatHex(bytes().array());
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
