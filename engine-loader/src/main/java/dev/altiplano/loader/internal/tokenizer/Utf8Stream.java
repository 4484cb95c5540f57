package dev.altiplano.loader.internal.tokenizer;

/**
 * Decodes UTF-8 that comes in parts; one U+FFFD for each maximal part of a broken character.
 *
 * <p>This is what Python does with {@code errors='replace'} and Unicode recommends ("substitution
 * of maximal subparts"); {@code java.lang.String} differs for encoded surrogates. Source of the
 * automaton: the UTF-8 decoder of the WHATWG Encoding Standard.
 */
public final class Utf8Stream {
    private static final char REPLACEMENT = '\uFFFD';

    private int point; // bits of the unfinished character
    private int missing; // bytes that it still needs
    private int lower = 0x80; // bounds of its next byte
    private int upper = 0xBF;

    /** Appends the characters that become whole with these bytes. */
    public void append(byte[] bytes, StringBuilder out) {
        for (byte b : bytes) {
            append(b & 0xFF, out);
        }
    }

    /** Appends U+FFFD if a character was left unfinished, and starts over. */
    public void finish(StringBuilder out) {
        if (missing > 0) {
            out.append(REPLACEMENT);
        }
        begin(0, 0);
    }

    private void append(int b, StringBuilder out) {
        if (missing > 0 && (b < lower || b > upper)) {
            finish(out); // and the byte starts something new
        }
        if (missing > 0) {
            point = point << 6 | b & 0x3F;
            missing--;
            lower = 0x80;
            upper = 0xBF;
            if (missing == 0) {
                out.appendCodePoint(point);
            }
        } else if (b < 0x80) {
            out.append((char) b);
        } else if (b >= 0xC2 && b <= 0xDF) {
            begin(b & 0x1F, 1);
        } else if (b >= 0xE0 && b <= 0xEF) {
            begin(b & 0x0F, 2);
            lower = b == 0xE0 ? 0xA0 : 0x80; // shorter forms exist
            upper = b == 0xED ? 0x9F : 0xBF; // surrogates
        } else if (b >= 0xF0 && b <= 0xF4) {
            begin(b & 0x07, 3);
            lower = b == 0xF0 ? 0x90 : 0x80;
            upper = b == 0xF4 ? 0x8F : 0xBF; // above U+10FFFF
        } else {
            out.append(REPLACEMENT);
        }
    }

    private void begin(int bits, int bytes) {
        point = bits;
        missing = bytes;
        lower = 0x80;
        upper = 0xBF;
    }
}
