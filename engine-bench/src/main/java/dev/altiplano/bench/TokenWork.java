package dev.altiplano.bench;

import dev.altiplano.kernels.KvLayout;
import dev.altiplano.kernels.KvType;
import dev.altiplano.loader.Checkpoint;
import dev.altiplano.loader.LayerKind;
import dev.altiplano.loader.LayerWeights;
import dev.altiplano.loader.Llama4Config;
import dev.altiplano.loader.TextWeights;

import java.util.List;
import java.util.OptionalInt;
import java.util.function.Function;
import java.util.stream.IntStream;

/**
 * What a model has to read and to compute for a token, by arithmetic alone: no kernel can do with
 * less. Immutable, and independent of the checkpoint it was made from.
 */
public final class TokenWork {
    private final TokenCost endBytes;
    private final TokenCost endOperations;
    private final List<Layer> layers;
    private final AttentionSizes attention;

    /** One layer: what it is and what its weights cost. */
    private record Layer(LayerKind kind, TokenCost bytes, TokenCost operations) {}

    /**
     * What a position costs that a token attends to.
     *
     * @param bytes of its key and its value in one layer
     * @param operations for its score and its value in one layer, all heads
     */
    private record AttentionSizes(long bytes, long operations, OptionalInt chunk) {
        static AttentionSizes of(Llama4Config config, KvType type) {
            KvLayout layout = new KvLayout(config.kvHeads(), config.headDim(), type);
            return new AttentionSizes(
                    layout.pageBytes() / KvLayout.PAGE,
                    4L * config.heads() * config.headDim(),
                    config.chunkSize());
        }
    }

    private TokenWork(
            TokenCost endBytes,
            TokenCost endOperations,
            List<Layer> layers,
            AttentionSizes attention) {
        this.endBytes = endBytes;
        this.endOperations = endOperations;
        this.layers = List.copyOf(layers);
        this.attention = attention;
    }

    /** Of a checkpoint's text model, with keys and values in FP32. */
    public static TokenWork of(Checkpoint checkpoint) {
        return of(checkpoint.text(), checkpoint.config());
    }

    static TokenWork of(TextWeights weights, Llama4Config config) {
        List<Layer> layers =
                IntStream.range(0, config.layers().size())
                        .mapToObj(i -> layer(weights.layers().get(i), config, i))
                        .toList();
        return new TokenWork(
                TokenCost.ofEnds(weights, Counted.BYTES),
                TokenCost.ofEnds(weights, Counted.OPERATIONS),
                layers,
                AttentionSizes.of(config, KvType.F32));
    }

    private static Layer layer(LayerWeights weights, Llama4Config config, int index) {
        int experts = config.expertsPerToken();
        return new Layer(
                config.layers().get(index),
                TokenCost.ofLayer(weights, experts, Counted.BYTES),
                TokenCost.ofLayer(weights, experts, Counted.OPERATIONS));
    }

    /**
     * The model that repeats these layers in order until it has so many.
     *
     * @param count at least 1
     */
    public TokenWork withLayers(int count) {
        List<Layer> repeated =
                IntStream.range(0, count).mapToObj(i -> layers.get(i % layers.size())).toList();
        return new TokenWork(endBytes, endOperations, repeated, attention);
    }

    /** Decoder layers. */
    public int layers() {
        return layers.size();
    }

    /** Bytes of weights that a token reads when it is decoded. */
    public TokenCost weightBytes() {
        return sum(endBytes, Layer::bytes);
    }

    /** Operations with weights that a token needs when it is decoded. */
    public TokenCost weightOperations() {
        return sum(endOperations, Layer::operations);
    }

    private TokenCost sum(TokenCost ends, Function<Layer, TokenCost> cost) {
        return layers.stream().map(cost).reduce(ends, TokenCost::plus);
    }

    /** Bytes of keys and values that a token of the stretch reads on average, one by one. */
    public double keyValueBytes(Stretch tokens) {
        return (double) attention.bytes * seen(tokens) / tokens.count();
    }

    /** Operations for scores and values that a token of the stretch needs on average. */
    public double attentionOperations(Stretch tokens) {
        return (double) attention.operations * seen(tokens) / tokens.count();
    }

    /** Bytes that a token of the stretch reads on average when they are decoded one by one. */
    public double decodeBytes(Stretch tokens) {
        return weightBytes().total() + keyValueBytes(tokens);
    }

    /**
     * Operations that a token of the stretch needs on average when all are read as one prompt: only
     * the last one meets the head.
     */
    public double prefillOperations(Stretch tokens) {
        TokenCost operations = weightOperations();
        double head = (double) operations.head() / tokens.count();
        return operations.total() - operations.head() + head + attentionOperations(tokens);
    }

    /** Positions seen in all layers. */
    private long seen(Stretch tokens) {
        long everything = tokens.seen();
        long inChunks =
                attention.chunk.isPresent()
                        ? tokens.seenInChunks(attention.chunk.getAsInt())
                        : everything;
        return layers.stream().mapToLong(l -> l.kind.chunked() ? inChunks : everything).sum();
    }
}
