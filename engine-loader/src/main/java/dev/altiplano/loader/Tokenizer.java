package dev.altiplano.loader;

import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;

/** Text to token ids and back: byte-level BPE as in {@code tokenizer.json} or {@code tokenizer.model}. */
public final class Tokenizer {
    private Tokenizer() {}

    /** Opens a {@code tokenizer.json}, a {@code tokenizer.model} or a folder that holds one. */
    public static Tokenizer open(Path file) {
        throw new UnsupportedOperationException(file.toString());
    }

    /** Encodes plain text: special tokens in it stay text, and none is added. */
    public int[] encode(String text) {
        throw new UnsupportedOperationException(text);
    }

    /** Encodes text in which the names of special tokens stand for these tokens. */
    public int[] encodeWithSpecials(String text) {
        throw new UnsupportedOperationException(text);
    }

    public int[] encodeWithSpecials(String text, java.util.function.UnaryOperator<String> plain) {
        throw new UnsupportedOperationException(text);
    }

    /** Decodes tokens; invalid UTF-8 becomes U+FFFD. */
    public String decode(int... ids) {
        throw new UnsupportedOperationException(ids.toString());
    }

    /** The bytes of one token. */
    public byte[] bytes(int id) {
        throw new UnsupportedOperationException("" + id);
    }

    /** The highest id plus one. */
    public int size() {
        throw new UnsupportedOperationException();
    }

    /** Whether this id is a special token. */
    public boolean isSpecial(int id) {
        throw new UnsupportedOperationException("" + id);
    }

    /** The id of a special token by its text. */
    public OptionalInt idOf(String special) {
        throw new UnsupportedOperationException(special);
    }

    /** The texts of all special tokens by rising id. */
    public List<String> specialTokens() {
        throw new UnsupportedOperationException();
    }

    /** A decoder for one stream of tokens. */
    public TokenDecoder decoder() {
        return new TokenDecoder(this);
    }
}
