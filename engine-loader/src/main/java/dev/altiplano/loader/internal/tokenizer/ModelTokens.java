package dev.altiplano.loader.internal.tokenizer;

import java.util.Map;

/**
 * The tokens of {@code model.vocab}.
 *
 * @param unreachable ids of texts outside the byte alphabet, to which nothing is ever encoded
 */
record ModelTokens(Vocabulary vocabulary, Map<String, Integer> unreachable) {
    /** The id of a text as the file writes it, or -1. */
    int idOf(String text) {
        byte[] bytes = new byte[text.length()];
        boolean reachable = ByteAlphabet.bytes(text.toCharArray(), 0, bytes.length, bytes);
        return reachable && bytes.length > 0
                ? vocabulary.find(bytes, bytes.length)
                : unreachable.getOrDefault(text, -1);
    }
}
