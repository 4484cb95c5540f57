package dev.altiplano.loader.internal.tokenizer;

/** Strings to UTF-8, with U+FFFD for what is not valid Unicode. */
final class Utf8 {
    private static final char REPLACEMENT = '\uFFFD';

    private Utf8() {}

    /** The text itself, or a copy in which U+FFFD stands for each surrogate without its partner. */
    static String wellFormed(String text) {
        int length = text.length();
        for (int i = 0; i < length; i++) {
            if (Character.isSurrogate(text.charAt(i))) {
                if (isPair(text, i, length)) {
                    i++;
                } else {
                    return repaired(text);
                }
            }
        }
        return text;
    }

    private static String repaired(String text) {
        char[] chars = text.toCharArray();
        for (int i = 0; i < chars.length; i++) {
            if (Character.isSurrogate(chars[i])) {
                if (isPair(text, i, chars.length)) {
                    i++;
                } else {
                    chars[i] = REPLACEMENT;
                }
            }
        }
        return new String(chars);
    }

    private static boolean isPair(String text, int at, int end) {
        return Character.isHighSurrogate(text.charAt(at))
                && at + 1 < end
                && Character.isLowSurrogate(text.charAt(at + 1));
    }

    /**
     * Writes {@code text[from, to)} as UTF-8.
     *
     * @param out at least {@code 3 * (to - from)} bytes
     * @return the number of bytes written
     */
    static int encode(String text, int from, int to, byte[] out) {
        int count = 0;
        for (int i = from; i < to; i++) {
            char c = text.charAt(i);
            if (c < 0x80) {
                out[count++] = (byte) c;
            } else if (c < 0x800) {
                out[count++] = (byte) (0xC0 | c >> 6);
                out[count++] = (byte) (0x80 | c & 0x3F);
            } else if (isPair(text, i, to)) {
                int point = Character.toCodePoint(c, text.charAt(++i));
                out[count++] = (byte) (0xF0 | point >> 18);
                out[count++] = (byte) (0x80 | point >> 12 & 0x3F);
                out[count++] = (byte) (0x80 | point >> 6 & 0x3F);
                out[count++] = (byte) (0x80 | point & 0x3F);
            } else {
                char known = Character.isSurrogate(c) ? REPLACEMENT : c;
                out[count++] = (byte) (0xE0 | known >> 12);
                out[count++] = (byte) (0x80 | known >> 6 & 0x3F);
                out[count++] = (byte) (0x80 | known & 0x3F);
            }
        }
        return count;
    }
}
