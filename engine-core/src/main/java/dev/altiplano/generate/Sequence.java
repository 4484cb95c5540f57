package dev.altiplano.generate;

import dev.altiplano.cache.KvCache;
import dev.altiplano.cache.KvFile;
import dev.altiplano.cache.PrefixTrail;
import dev.altiplano.model.LayerObserver;
import dev.altiplano.model.LogitsSink;
import dev.altiplano.model.Reader;
import dev.altiplano.model.TextModel;
import dev.altiplano.model.Wish;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;

/** The tokens of one sequence and how many of them the model has read. */
public final class Sequence implements AutoCloseable {
    private final TextModel model;
    private final KvCache cache;
    private final PrefixTrail trail;
    private final Reader reader;
    private int[] tokens = new int[256];
    private int length;
    private int adopted;

    /** An empty sequence; takes no memory for keys and values before it reads. */
    public Sequence(TextModel model) {
        this.model = model;
        cache = model.newCache();
        trail = model.store().newTrail(this::writeContent);
        reader = model.newReader(cache);
    }

    private Sequence(Sequence parent) {
        model = parent.model;
        cache = parent.cache.fork();
        trail = parent.trail.fork(this::writeContent);
        reader = model.newReader(cache);
        append(parent.tokens());
    }

    /** What stands for some positions in the key of a prefix. */
    private void writeContent(int from, int to, ByteBuffer out) {
        for (int i = from; i < to; i++) {
            out.putInt(tokens[i]);
        }
    }

    /** A sequence of the same tokens that goes its own way; no keys and values are copied. */
    public Sequence fork() {
        return new Sequence(this);
    }

    /**
     * Forgets the tokens from {@code end} on. Where chunked layers have forgotten what stands
     * before it, the last tokens before it are read again with the next answer.
     */
    public void truncate(int end) {
        int kept = cache.truncate(end);
        trail.truncate(kept, model.blockStart(kept));
        length = Math.min(length, end);
    }

    /**
     * Writes keys and values to a file.
     *
     * @param header what else belongs to the sequence, its tokens included
     */
    public void save(Path target, byte[] header) throws IOException {
        cache.save(target, header);
    }

    /**
     * Takes up what a sequence of the same model has saved; this one must be empty.
     *
     * @param ids its tokens
     * @param read how many of them it had read
     * @throws dev.altiplano.cache.KvFileException if the file does not hold that, or is damaged
     * @throws dev.altiplano.cache.CacheFullException if there is no room
     */
    public void restore(KvFile file, int[] ids, int read) throws IOException {
        cache.restore(file, read);
        append(ids);
    }

    /**
     * Claims memory for growing to so many tokens, so that this cannot fail half-way.
     *
     * @param replaced a sequence that is closed before this one reads, or this
     * @throws dev.altiplano.cache.CacheFullException if there is not enough; nothing is claimed
     *     then
     */
    public void reserve(long tokens, Sequence replaced) {
        cache.reserve(tokens, replaced.cache);
    }

    /** Gives up what was claimed and not used. */
    public void unreserve() {
        cache.unreserve();
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

    /** The last token of at least one. */
    public int lastToken() {
        return tokens[length - 1];
    }

    /** Tokens in all. */
    public int length() {
        return length;
    }

    /** Tokens that the model has read. */
    public int read() {
        return cache.position();
    }

    /** Tokens in all that were taken from the prefix cache instead of being read. */
    public int adopted() {
        return adopted;
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
        adopted += trail.advance(cache, length);
        int from = cache.position();
        int count = model.blockAt(from, length - from);
        read(from, count, from + count == length ? wanted : silent);
    }

    private void read(int from, int count, Wish wish) {
        reader.read(tokens, from, count, wish);
        trail.read(cache, from, from + model.blockAt(from, Integer.MAX_VALUE - from));
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
            read(from, count, new Wish(wanted ? logits : null, allPositions, observer, null));
        }
    }

    @Override
    public void close() {
        reader.rest();
        cache.close();
    }
}
