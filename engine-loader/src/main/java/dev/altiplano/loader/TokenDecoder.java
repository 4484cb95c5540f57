package dev.altiplano.loader;

import dev.altiplano.loader.internal.tokenizer.Utf8Stream;

/**
 * Turns token ids into text as they come: a character that spans tokens appears once and whole.
 *
 * <p>All that is returned, {@link #finish()} included, is what {@link Tokenizer#decode} gives for all
 * ids at once. Holds at most three bytes back. For one thread.
 */
public final class TokenDecoder {
    private final Tokenizer tokenizer;
    private final Utf8Stream stream;
    private final StringBuilder text = new StringBuilder();

    TokenDecoder(Tokenizer tokenizer, Utf8Stream stream) {
        this.tokenizer = tokenizer;
        this.stream = stream;
    }

    /**
     * Takes one token and returns the characters that became whole with it, often none.
     *
     * @throws IllegalArgumentException if the id is negative
     */
    public String next(int id) {
        stream.append(tokenizer.bytes(id), text);
        return take();
    }

    /** Returns U+FFFD if a character was left unfinished, else nothing, and starts over. */
    public String finish() {
        stream.finish(text);
        return take();
    }

    private String take() {
        String taken = text.toString();
        text.setLength(0);
        return taken;
    }
}
