package dev.altiplano.loader;

/** Turns token ids into text as they come; a character that spans tokens appears once and whole. */
public final class TokenDecoder {
    private final Tokenizer tokenizer;

    TokenDecoder(Tokenizer tokenizer) {
        this.tokenizer = tokenizer;
    }

    /** Takes one token and returns the text that became whole with it, often empty. */
    public String next(int id) {
        throw new UnsupportedOperationException(tokenizer + " " + id);
    }

    /** Returns what is left, U+FFFD for an unfinished character, and starts over. */
    public String finish() {
        throw new UnsupportedOperationException();
    }
}
