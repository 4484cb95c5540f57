package dev.altiplano.model;

import dev.altiplano.cache.KvCache;
import dev.altiplano.kernels.KvLayout;
import dev.altiplano.kernels.KvPages;
import dev.altiplano.kernels.Rope;
import dev.altiplano.kernels.Rows;
import dev.altiplano.kernels.SoftmaxAttention;
import dev.altiplano.loader.LayerKind;
import dev.altiplano.loader.Llama4Config;

import org.jspecify.annotations.Nullable;

/**
 * Scratch and inputs of one pass over a block of tokens. Made once per model and used by one pass
 * at a time, so that a pass allocates nothing.
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
    private final SoftmaxAttention attention;
    private final Rope rope;
    private final @Nullable Routing routing;
    private final StepTrace trace = new StepTrace();
    private @Nullable KvCache cache;
    private boolean temperatureVaries;

    /**
     * @param tokens most tokens in a block
     */
    Step(Llama4Config config, KvLayout layout, int tokens) {
        this.config = config;
        this.layout = layout;
        int hidden = config.hiddenSize();
        x = Rows.of(tokens, hidden);
        normed = Rows.of(tokens, hidden);
        q = Rows.of(tokens, config.heads() * config.headDim());
        k = Rows.of(tokens, config.kvHeads() * config.headDim());
        v = Rows.of(tokens, config.kvHeads() * config.headDim());
        attended = Rows.of(tokens, config.heads() * config.headDim());
        delta = Rows.of(tokens, hidden);
        int dense = denseWidth(config);
        int shared = expertWidth(config);
        wide = Rows.of(tokens, 2 * dense);
        activated = Rows.of(tokens, dense);
        sharedWide = Rows.of(tokens, 2 * shared);
        sharedActivated = Rows.of(tokens, shared);
        sharedDelta = Rows.of(tokens, hidden);
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
        attention = new SoftmaxAttention(layout, config.heads(), tokens);
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

    /** Prepares a pass over the next {@code count} positions of {@code cache}. */
    void begin(KvCache cache, int count) {
        this.cache = cache;
        for (Rows rows : all) {
            rows.resize(count);
        }
        if (routing != null) {
            routing.resize(count);
        }
        temperatureVaries = config.temperature().scale() != 0;
        for (int row = 0; row < count; row++) {
            temperatures[row] = config.temperature().at(cache.position() + row);
        }
    }

    int count() {
        return x.count();
    }

    /** Into how many pieces a row-wise operation of this width is worth cutting, at least 1. */
    int pieces(int width) {
        return 1 + (int) Math.min((long) count() * width / PIECE, Integer.MAX_VALUE - 1);
    }

    KvCache cache() {
        if (cache == null) {
            throw new IllegalStateException("the step has not begun");
        }
        return cache;
    }

    KvPages pages(int layer) {
        return cache().layer(layer).pages();
    }

    /** The slot that the first row of this block takes in the pages of {@code layer}. */
    int firstSlot(int layer) {
        return pages(layer).filled();
    }

    KvLayout layout() {
        return layout;
    }

    SoftmaxAttention attention() {
        return attention;
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
