package dev.altiplano.loader.internal.tokenizer;

/**
 * A token that stands for a fixed text and is found before the text is split.
 *
 * @param singleWord only where no word character stands next to it
 * @param leftStrip takes the white space before it along
 * @param rightStrip takes the white space after it along
 * @param normalized is looked for in normalized text
 * @param special steers the model; text from users never becomes one
 */
record AddedToken(
        int id,
        String content,
        boolean singleWord,
        boolean leftStrip,
        boolean rightStrip,
        boolean normalized,
        boolean special) {
    static AddedToken special(int id, String content) {
        return new AddedToken(id, content, false, false, false, false, true);
    }
}
