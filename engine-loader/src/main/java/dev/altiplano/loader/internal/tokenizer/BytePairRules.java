package dev.altiplano.loader.internal.tokenizer;

import java.util.BitSet;

/** What byte pair encoding needs to know; immutable. */
final class BytePairRules {
    private final Vocabulary vocabulary;
    private final Merges merges;
    private final boolean wholePieces;
    private final BitSet specials;
    private final int[] byteIds = new int[256];

    /**
     * @param wholePieces whether a piece that is a token as it stands is that token, whatever the
     *     merges say: {@code ignore_merges}
     * @param specials ids that text must never be encoded to
     * @throws IllegalArgumentException if a byte that UTF-8 uses is no token, or a special one, or
     *     merges lead to a special token
     */
    BytePairRules(Vocabulary vocabulary, Merges merges, boolean wholePieces, BitSet specials) {
        this.vocabulary = vocabulary;
        this.merges = merges;
        this.wholePieces = wholePieces;
        this.specials = (BitSet) specials.clone();
        for (int b = 0; b < 256; b++) {
            byteIds[b] = vocabulary.find(new byte[] {(byte) b}, 1);
            boolean used = b < 0xC0 || (b > 0xC1 && b < 0xF5);
            if (used && (byteIds[b] < 0 || specials.get(byteIds[b]))) {
                throw new IllegalArgumentException(
                        "has no ordinary token for the byte 0x%02X, expected all bytes of UTF-8"
                                .formatted(b));
            }
        }
        int made = merges.anyResultIn(specials);
        if (made >= 0) {
            throw new IllegalArgumentException(
                    "merges text to the special token %d, expected none".formatted(made));
        }
    }

    Vocabulary vocabulary() {
        return vocabulary;
    }

    Merges merges() {
        return merges;
    }

    /** The token that a piece is as it stands, whatever the merges say, or -1. */
    int wholePiece(byte[] piece, int length) {
        int id = wholePieces ? vocabulary.find(piece, length) : -1;
        return id >= 0 && specials.get(id) ? -1 : id;
    }

    /** The token of one byte of UTF-8. */
    int idOf(byte b) {
        return byteIds[b & 0xFF];
    }
}
