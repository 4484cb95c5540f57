package dev.altiplano.generate;

import dev.altiplano.cache.KvCache;
import dev.altiplano.model.LayerObserver;
import dev.altiplano.model.LogitsSink;
import dev.altiplano.model.Reader;
import dev.altiplano.model.TextModel;
import dev.altiplano.model.Wish;

import org.jspecify.annotations.Nullable;

import java.util.Arrays;

/** The tokens of one sequence and how many of them the model has read. */
public final class Sequence implements AutoCloseable {
    private final TextModel model;
    private final KvCache cache;
    private final Reader reader;
    private int[] tokens = new int[256];
    private int length;

    /** An empty sequence; takes no memory for keys and values before it reads. */
    public Sequence(TextModel model) {
        this.model = model;
        this.cache = model.newCache();
        this.reader = model.newReader(cache);
    }

    /** Adds tokens that have still to be read. */
    public void append(int... ids) {
        if (length + ids.length > tokens.length) {
            tokens = Arrays.copyOf(tokens, Math.max(2 * tokens.length, length + ids.length));
        }
        System.arraycopy(ids, 0, tokens, length, ids.length);
        length += ids.length;
    }

    /** Forgets tokens that have not been read. */
    public void dropUnread() {
        length = cache.position();
    }

    /** Tokens in all. */
    public int length() {
        return length;
    }

    /** Tokens that the model has read. */
    public int read() {
        return cache.position();
    }

    /** A copy of the tokens. */
    public int[] tokens() {
        return Arrays.copyOf(tokens, length);
    }

    /** Off-heap bytes of keys and values. */
    public long bytes() {
        return cache.bytes();
    }

    /**
     * Reads the next block of unread tokens.
     *
     * @param silent what is wanted of a block before the last
     * @param wanted what is wanted of the block that holds the last token
     * @throws java.util.concurrent.CancellationException if cancelled; the block stays unread
     */
    void readBlock(Wish silent, Wish wanted) {
        int from = cache.position();
        int count = model.blockAt(from, length - from);
        reader.read(tokens, from, count, from + count == length ? wanted : silent);
    }

    /** Says that no further token is read soon. */
    void rest() {
        reader.rest();
    }

    /**
     * Reads all unread tokens.
     *
     * @param allPositions logits after every token, or after the last one
     * @param logits takes them
     */
    public void readAll(boolean allPositions, LogitsSink logits) {
        readAll(allPositions, logits, null);
    }

    /** As {@link #readAll(boolean, LogitsSink)}, and shows what each layer left. */
    public void readAll(boolean allPositions, LogitsSink logits, @Nullable LayerObserver observer) {
        while (cache.position() < length) {
            int from = cache.position();
            int count = model.blockAt(from, length - from);
            boolean wanted = allPositions || from + count == length;
            reader.read(
                    tokens,
                    from,
                    count,
                    new Wish(wanted ? logits : null, allPositions, observer, null));
        }
    }

    @Override
    public void close() {
        reader.rest();
        cache.close();
    }
}
