package dev.altiplano.generate;

import dev.altiplano.cache.KvCache;
import dev.altiplano.cache.KvFile;
import dev.altiplano.cache.PrefixTrail;
import dev.altiplano.model.EmbeddingSource;
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
import java.util.List;
import java.util.function.BooleanSupplier;

/** The tokens of one sequence and how many of them the model has read. */
public final class Sequence implements AutoCloseable {
    private final TextModel model;
    private final KvCache cache;
    private final PrefixTrail trail;
    private final Reader reader;
    private int[] tokens = new int[256];
    private int length;
    private int adopted;
    private @Nullable PatchRows patches; // null until there are pictures

    /** An empty sequence; takes no memory for keys and values before it reads. */
    public Sequence(TextModel model) {
        this.model = model;
        cache = model.newCache();
        trail = model.store().newTrail(this::content);
        reader = model.newReader(cache);
    }

    private Sequence(Sequence parent) {
        model = parent.model;
        cache = parent.cache.fork();
        trail = parent.trail.fork(this::content);
        reader = model.newReader(cache);
        patches = parent.patches == null ? null : parent.patches.copy();
        append(parent.tokens());
    }

    /** What stands for some positions in the key of a prefix. */
    private ByteBuffer content(int from, int to) {
        PatchRows pictures = patches;
        int bytes = Integer.BYTES + (pictures == null ? 0 : PatchRows.CONTENT_BYTES);
        ByteBuffer content = ByteBuffer.allocate(bytes * (to - from));
        for (int i = from; i < to; i++) {
            content.putInt(tokens[i]);
            if (pictures != null) {
                pictures.writeContent(i, content);
            }
        }
        return content.flip();
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
        if (patches != null) {
            patches.dropFrom(length);
        }
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

    /**
     * Says that features of a picture stand in for tokens that have been appended and not read.
     *
     * @param positions of the tokens, in order; one per feature
     */
    public void appendPicture(int[] positions, FeatureSource features) {
        if (patches == null) {
            patches = new PatchRows();
        }
        patches.add(positions, features);
    }

    /** The pictures among the tokens, in order. */
    public List<PatchPositions> pictures() {
        return patches == null ? List.of() : patches.positions();
    }

    /** Forgets tokens that have not been read. */
    public void dropUnread() {
        length = cache.position();
        if (patches != null) {
            patches.dropFrom(length);
        }
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
        Wish wish = from + count == length ? wanted : silent;
        EmbeddingSource embeddings = embeddings(from, count, wish.cancel());
        read(from, count, embeddings == null ? wish : wish.with(embeddings));
    }

    private void read(int from, int count, Wish wish) {
        reader.read(tokens, from, count, wish);
        trail.read(cache, from, from + model.blockAt(from, Integer.MAX_VALUE - from));
    }

    /** The features that a block needs, computed if they are not known; null for none. */
    private @Nullable EmbeddingSource embeddings(
            int from, int count, @Nullable BooleanSupplier cancel) {
        if (patches == null) {
            return null;
        }
        return patches.load(from, count, cancel) ? patches : null;
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
            read(
                    from,
                    count,
                    new Wish(
                            wanted ? logits : null,
                            allPositions,
                            observer,
                            embeddings(from, count, null),
                            null));
        }
    }

    @Override
    public void close() {
        reader.rest();
        cache.close();
    }
}
