package dev.altiplano.loader.internal.tokenizer;

/**
 * GPT-2's alphabet, in which {@code tokenizer.json} writes bytes as printable characters.
 *
 * <p>Printable bytes of Latin-1 stand for themselves; the other 68 are, in rising order, U+0100 to
 * U+0143. Source: {@code bytes_to_unicode} in GPT-2's {@code encoder.py}.
 */
final class ByteAlphabet {
    private static final byte[] BYTE_OF = new byte[256 + 68];
    private static final boolean[] KNOWN = new boolean[BYTE_OF.length];

    static {
        int next = 256;
        for (int b = 0; b < 256; b++) {
            int character = isPrintable(b) ? b : next++;
            BYTE_OF[character] = (byte) b;
            KNOWN[character] = true;
        }
    }

    private ByteAlphabet() {}

    /** Writes one byte for each character; false if a character is not in the alphabet. */
    static boolean bytes(char[] text, int offset, int length, byte[] out) {
        for (int i = 0; i < length; i++) {
            char c = text[offset + i];
            if (c >= KNOWN.length || !KNOWN[c]) {
                return false;
            }
            out[i] = BYTE_OF[c];
        }
        return true;
    }

    private static boolean isPrintable(int b) {
        return (b >= '!' && b <= '~') || (b >= 0xA1 && b <= 0xAC) || b >= 0xAE;
    }
}
