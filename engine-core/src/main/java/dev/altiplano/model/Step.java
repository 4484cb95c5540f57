package dev.altiplano.model;

import dev.altiplano.kernels.KernelInfo;
import dev.altiplano.kernels.KvLayout;
import dev.altiplano.kernels.KvPages;
import dev.altiplano.kernels.Rope;
import dev.altiplano.kernels.Rows;
import dev.altiplano.kernels.SoftmaxAttention;
import dev.altiplano.kernels.Worker;
import dev.altiplano.loader.LayerKind;
import dev.altiplano.loader.Llama4Config;

import org.jspecify.annotations.Nullable;

import java.util.Arrays;

/**
 * Scratch and inputs of one pass: over a block of one sequence's tokens, or over one token of each
 * of several sequences. Made once per model and used by one pass at a time, so that a pass
 * allocates nothing.
 */
final class Step {
    /** Elements that one worker is done with before another one could help: 2 to 4 us. */
    private static final int PIECE = 4096;

    /** Residual stream {@code [n, hidden]}. */
    final Rows x;

    final Rows normed;

    /** {@code [n, heads * headDim]}. */
    final Rows q;

    /** {@code [n, kvHeads * headDim]}. */
    final Rows k;

    final Rows v;
    final Rows attended;

    /** What a block adds to the residual stream. */
    final Rows delta;

    /** Gate and up of a dense layer {@code [n, 2 D]}, and their product. */
    final Rows wide;

    final Rows activated;
    final Rows sharedWide;
    final Rows sharedActivated;
    final Rows sharedDelta;

    /** Factor of each query in layers without position encoding. */
    final float[] temperatures;

    private final Rows[] all;
    private final Llama4Config config;
    private final KvLayout layout;
    private final Rope rope;
    private final int[] tokens; // [row]
    private final int[] positions; // [row]
    private final Reader[] readers; // [sequence]
    private final Part[] parts; // [sequence], when there are several
    private final Part whole;
    private int sequences;
    private final @Nullable Routing routing;
    private final StepTrace trace = new StepTrace();
    private final boolean temperatureVaries;

    /** The rows of one sequence, and what attention over them needs for itself. */
    private record Part(Rows q, Rows k, Rows v, Rows attended, SoftmaxAttention attention) {}

    /**
     * @param tokens most tokens in a pass
     * @param sequences most sequences that they belong to
     */
    Step(Llama4Config config, KvLayout layout, int tokens, int sequences) {
        this.config = config;
        this.layout = layout;
        int hidden = config.hiddenSize();
        x = rows(tokens, hidden);
        normed = rows(tokens, hidden);
        q = rows(tokens, config.heads() * config.headDim());
        k = rows(tokens, config.kvHeads() * config.headDim());
        v = rows(tokens, config.kvHeads() * config.headDim());
        attended = rows(tokens, config.heads() * config.headDim());
        delta = rows(tokens, hidden);
        int dense = denseWidth(config);
        int shared = expertWidth(config);
        wide = rows(tokens, 2 * dense);
        activated = rows(tokens, dense);
        sharedWide = rows(tokens, 2 * shared);
        sharedActivated = rows(tokens, shared);
        sharedDelta = rows(tokens, hidden);
        all =
                new Rows[] {
                    x,
                    normed,
                    q,
                    k,
                    v,
                    attended,
                    delta,
                    wide,
                    activated,
                    sharedWide,
                    sharedActivated,
                    sharedDelta
                };
        temperatures = new float[tokens];
        temperatureVaries = config.temperature().scale() != 0;
        this.tokens = new int[tokens];
        positions = new int[tokens];
        readers = new Reader[sequences];
        whole = new Part(q, k, v, attended, new SoftmaxAttention(layout, config.heads(), tokens));
        parts = new Part[sequences == 1 ? 0 : sequences];
        Arrays.setAll(parts, this::part);
        rope = new Rope(config.rope().frequencies(config.headDim()), tokens);
        routing =
                hasExperts(config)
                        ? new Routing(
                                tokens,
                                config.experts(),
                                config.expertsPerToken(),
                                hidden,
                                config.expertWidth())
                        : null;
    }

    /**
     * Room for {@code count} rows of a step. Steps as small as those of several sequences give each
     * row the bits that it has alone.
     *
     * @param tokens most tokens in a pass
     */
    static Rows rows(int tokens, int count, int width) {
        return tokens > KernelInfo.fewRows() ? Rows.ofBlock(count, width) : Rows.of(count, width);
    }

    /** A row for each token of a step. */
    static Rows rows(int tokens, int width) {
        return rows(tokens, tokens, width);
    }

    private Part part(int row) {
        return new Part(
                q.part(row, 1),
                k.part(row, 1),
                v.part(row, 1),
                attended.part(row, 1),
                new SoftmaxAttention(layout, config.heads(), 1));
    }

    private static boolean hasExperts(Llama4Config config) {
        return config.layers().stream().anyMatch(LayerKind::mixture);
    }

    private static int denseWidth(Llama4Config config) {
        return config.layers().stream().allMatch(LayerKind::mixture) ? 1 : config.denseWidth();
    }

    private static int expertWidth(Llama4Config config) {
        return hasExperts(config) ? config.expertWidth() : 1;
    }

    /** Floats of scratch that one token of a block takes. */
    static long floats(Llama4Config config) {
        long attention = 2L * config.headDim() * (config.heads() + config.kvHeads());
        long streams = 4L * config.hiddenSize() + 3L * (denseWidth(config) + expertWidth(config));
        long routed =
                hasExperts(config)
                        ? config.experts()
                                + config.expertsPerToken()
                                        * (2L * config.hiddenSize() + 3L * config.expertWidth())
                        : 0;
        return attention + streams + routed;
    }

    /** Floats of the second copies that multiplications of many rows want, for one token. */
    static long packedFloats(Llama4Config config) {
        long routed =
                (long) config.expertsPerToken() * (config.hiddenSize() + config.expertWidth());
        return config.hiddenSize()
                + (long) config.heads() * config.headDim()
                + denseWidth(config)
                + (hasExperts(config) ? config.expertWidth() + routed : 0);
    }

    /** Inputs of the widest matrix. */
    static int mostInputs(Llama4Config config) {
        int feedForward = Math.max(denseWidth(config), expertWidth(config));
        int attention = Math.max(config.hiddenSize(), config.heads() * config.headDim());
        return Math.max(attention, feedForward);
    }

    /** Off-heap bytes of second copies that have been made. */
    long packedBytes() {
        long bytes = routing == null ? 0 : routing.packedBytes();
        for (Rows rows : all) {
            bytes += rows.packedBytes();
        }
        return bytes;
    }

    /**
     * Prepares a pass over what the readers want to read: one of them a block, or several of them
     * one token each.
     */
    void begin(Reader[] wanted, int sequences) {
        this.sequences = sequences;
        System.arraycopy(wanted, 0, readers, 0, sequences);
        int rows = 0;
        for (int s = 0; s < sequences; s++) {
            Reader reader = readers[s];
            for (int i = 0; i < reader.count(); i++) {
                tokens[rows] = reader.token(i);
                positions[rows] = reader.cache().position() + i;
                temperatures[rows] = config.temperature().at(positions[rows]);
                rows++;
            }
        }
        for (Rows scratch : all) {
            scratch.resize(rows);
        }
        whole.attention.begin(sequences == 1 ? readers[0].wish().cancel() : null);
        if (routing != null) {
            routing.resize(rows);
        }
    }

    /** Forgets the readers of the pass. */
    void end() {
        Arrays.fill(readers, 0, sequences, null);
        sequences = 0;
    }

    /** Sequences in this pass; of several, each has one row. */
    int sequences() {
        return sequences;
    }

    Reader reader(int sequence) {
        return readers[sequence];
    }

    int token(int row) {
        return tokens[row];
    }

    int[] positions() {
        return positions;
    }

    int count() {
        return x.count();
    }

    /** Into how many pieces a row-wise operation of this width is worth cutting, at least 1. */
    int pieces(int width) {
        return 1 + (int) Math.min((long) count() * width / PIECE, Integer.MAX_VALUE - 1);
    }

    /** The cache of a sequence in {@code layer}. */
    KvPages pages(int sequence, int layer) {
        return readers[sequence].cache().layer(layer).pages();
    }

    private Part rowsOf(int sequence) {
        return sequences == 1 ? whole : parts[sequence];
    }

    /** Keys of a sequence's rows {@code [n, kvHeads * headDim]}. */
    Rows k(int sequence) {
        return rowsOf(sequence).k;
    }

    Rows v(int sequence) {
        return rowsOf(sequence).v;
    }

    /** Loops, with barriers between them: attention of a sequence's rows to what it remembers. */
    void attend(int sequence, int layer, Worker worker) {
        Part rows = rowsOf(sequence);
        KvPages pages = pages(sequence, layer);
        rows.attention.attend(worker, rows.q, pages, pages.filled(), rows.attended);
    }

    /** Whether attention of a block has ended early because nobody wants it any more. */
    boolean isStopped() {
        return whole.attention.isStopped();
    }

    KvLayout layout() {
        return layout;
    }

    /** For recordings. */
    StepTrace trace() {
        return trace;
    }

    Rope rope() {
        return rope;
    }

    Routing routing() {
        if (routing == null) {
            throw new IllegalStateException("no layer of this model has experts");
        }
        return routing;
    }

    /** Whether layers without position encoding scale their queries at all. */
    boolean temperatureVaries() {
        return temperatureVaries;
    }
}
