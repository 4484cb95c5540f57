package dev.altiplano.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.altiplano.bench.synthetic.SyntheticCheckpoint;
import dev.altiplano.bench.synthetic.SyntheticFormat;
import dev.altiplano.bench.synthetic.SyntheticShape;
import dev.altiplano.kernels.DType;
import dev.altiplano.kernels.Matrix;
import dev.altiplano.kernels.Order;
import dev.altiplano.loader.AttentionWeights;
import dev.altiplano.loader.Checkpoint;
import dev.altiplano.loader.DenseWeights;
import dev.altiplano.loader.FeedForwardWeights;
import dev.altiplano.loader.GateUp;
import dev.altiplano.loader.LayerWeights;
import dev.altiplano.loader.Llama4Config;
import dev.altiplano.loader.MixtureWeights;
import dev.altiplano.loader.TextWeights;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;

class TokenWorkTest {
    private static final int HIDDEN = 5120;
    private static final int EXPERT = 8192;
    private static final int DENSE = 16_384;
    private static final int VOCABULARY = 202_048;

    @TempDir private Path folder;

    @Test
    void countsWhatOneTokenReadsOfTheDemo() { // widths from config.json, two bytes a number
        assertThat(demo().weightBytes())
                .isEqualTo(
                        new TokenCost(
                                2 * 8 * (2 * 128 * 256 + 2 * 128 * 128),
                                2 * 4 * 8 * 128,
                                2 * 4 * 3 * 128 * 256,
                                2 * 4 * 3 * 128 * 256,
                                2 * 4 * 3 * 128 * 512,
                                2 * (2 * 8 + 1) * 128,
                                2 * 128,
                                2 * 1024 * 128));
    }

    /** Parameters per token as Meta's models have them, without the embedding. */
    @Test
    void fourLayersRepeatedToFortyEightCostWhatThePublishedModelsDo() throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment zeros = sparse(arena, 2L * VOCABULARY * HIDDEN);

            TokenWork scout = work(SyntheticShape.scout(4), weights(zeros, true)).withLayers(48);
            TokenWork maverick =
                    work(SyntheticShape.maverick(4), weights(zeros, false)).withLayers(48);

            assertThat(scout.weightBytes().total()).isEqualTo(2 * (16_138_408_960L + HIDDEN));
            assertThat(scout.weightBytes().experts()).isEqualTo(2 * 6_039_797_760L);
            assertThat(scout.weightOperations().total()).isEqualTo(2 * (16_138_408_960L - 496_640));
            assertThat(maverick.weightBytes().total()).isEqualTo(2 * (16_150_205_440L + HIDDEN));
            assertThat(maverick.weightBytes().dense()).isEqualTo(2 * 6_039_797_760L);
        }
    }

    /** 12 of Scout's 48 layers see everything, the others their chunk of 8192. */
    @Test
    void keysAndValuesAreReadInFullLayersAndInTheChunk() {
        TokenWork scout = tinyWithScoutsHeads().withLayers(48);
        double position = 2 * 8 * 128 * 4; // key and value, 8 heads of 128, FP32

        assertThat(scout.keyValueBytes(new Stretch(8191, 1))).isEqualTo(position * 48 * 8192);
        assertThat(scout.keyValueBytes(new Stretch(8192, 1)))
                .isEqualTo(position * (12 * 8193 + 36));
        assertThat(scout.keyValueBytes(new Stretch(0, 2))).isEqualTo(position * 48 * 1.5);
    }

    @Test
    void everyQueryHeadComputesAScoreAndAddsAValueForEachPosition() {
        TokenWork scout = tinyWithScoutsHeads().withLayers(48);

        assertThat(scout.attentionOperations(new Stretch(8191, 1)))
                .isEqualTo(48.0 * 8192 * 40 * (2 * 128 + 2 * 128));
    }

    @Test
    void onlyTheLastTokenOfAPromptMeetsTheHead() {
        TokenWork demo = demo();
        long head = 2L * 1024 * 128;
        Stretch prompt = new Stretch(0, 10);

        assertThat(demo.prefillOperations(prompt))
                .isCloseTo(
                        demo.weightOperations().total()
                                - head
                                + head / 10.0
                                + demo.attentionOperations(prompt),
                        within(1e-6));
    }

    @Test
    void decodingReadsWeightsAndKeysAndValues() {
        TokenWork demo = demo();

        assertThat(demo.decodeBytes(new Stretch(99, 1))) // chunks of 128: all 8 layers see 100
                .isEqualTo(4_993_536 + 8 * 100 * 2 * 2 * 64 * 4);
    }

    @Test
    void scalesOfQuantisedWeightsAreRead() {
        MemorySegment codes = Arena.ofAuto().allocate(32 * 16);
        MemorySegment scales = Arena.ofAuto().allocate(32 * 4);
        Matrix matrix =
                new Matrix(
                        codes,
                        DType.F8_E4M3,
                        Order.OUTPUT_MAJOR,
                        32,
                        16,
                        new dev.altiplano.kernels.Scales(scales, DType.F32, 1, 16, 1));

        assertThat(Counted.BYTES.of(matrix)).isEqualTo(32 * 16 + 32 * 4);
        assertThat(Counted.BYTES.ofRow(matrix)).isEqualTo(16 + 4);
        assertThat(Counted.OPERATIONS.of(matrix)).isEqualTo(2 * 32 * 16);
    }

    private static TokenWork demo() {
        try (Checkpoint demo = Checkpoint.open(Path.of("../demo/stories"))) {
            return TokenWork.of(demo);
        }
    }

    private TokenWork tinyWithScoutsHeads() {
        try (Checkpoint checkpoint = tiny(SyntheticShape.scout(4))) {
            return TokenWork.of(checkpoint);
        }
    }

    /** The layers and heads of a shape, with weights of some kilobytes. */
    private Checkpoint tiny(SyntheticShape shape) {
        SyntheticShape tiny =
                shape.with("hidden_size", 8)
                        .with("vocab_size", 16)
                        .with("intermediate_size", 8)
                        .with("intermediate_size_mlp", 8)
                        .with("num_local_experts", 2);
        Path at = folder.resolve("tiny" + shape.hashCode());
        new SyntheticCheckpoint(tiny, SyntheticFormat.BF16, 1).write(at, 1, words -> {});
        return Checkpoint.open(at);
    }

    private TokenWork work(SyntheticShape shape, TextWeights weights) {
        try (Checkpoint checkpoint = tiny(shape)) {
            Llama4Config config = checkpoint.config();
            return TokenWork.of(weights, config);
        }
    }

    /** A file of zeros that takes no room. */
    private MemorySegment sparse(Arena arena, long bytes) throws IOException {
        Path file = folder.resolve("zeros");
        try (FileChannel channel =
                FileChannel.open(
                        file,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.WRITE,
                        StandardOpenOption.READ)) {
            channel.write(java.nio.ByteBuffer.allocate(1), bytes - 1);
            return channel.map(MapMode.READ_ONLY, 0, bytes, arena);
        }
    }

    /** Four layers of the published widths; all matrices lie on the same zeros. */
    private static TextWeights weights(MemorySegment zeros, boolean everyLayerAMixture) {
        List<LayerWeights> layers =
                List.of(false, true, false, true).stream()
                        .map(second -> layer(zeros, everyLayerAMixture ? 16 : second ? 128 : 0))
                        .toList();
        Matrix table = matrix(zeros, VOCABULARY, HIDDEN);
        return new TextWeights(table, matrix(zeros, 1, HIDDEN), table, layers);
    }

    private static LayerWeights layer(MemorySegment zeros, int experts) {
        Matrix square = matrix(zeros, HIDDEN, HIDDEN);
        Matrix narrow = matrix(zeros, 1024, HIDDEN);
        Matrix norm = matrix(zeros, 1, HIDDEN);
        return new LayerWeights(
                norm,
                new AttentionWeights(square, narrow, narrow, square, Optional.empty()),
                norm,
                experts == 0 ? swiGlu(zeros, DENSE) : mixture(zeros, experts));
    }

    private static FeedForwardWeights mixture(MemorySegment zeros, int experts) {
        DenseWeights routed =
                new DenseWeights(
                        new GateUp.Fused(matrix(zeros, 2 * EXPERT, HIDDEN)),
                        matrix(zeros, HIDDEN, EXPERT));
        return new MixtureWeights(
                matrix(zeros, experts, HIDDEN), List.of(routed), swiGlu(zeros, EXPERT));
    }

    private static DenseWeights swiGlu(MemorySegment zeros, int width) {
        Matrix wide = matrix(zeros, width, HIDDEN);
        return new DenseWeights(new GateUp.Split(wide, wide), matrix(zeros, HIDDEN, width));
    }

    private static Matrix matrix(MemorySegment zeros, int outputs, int inputs) {
        return new Matrix(
                zeros.asSlice(0, 2L * outputs * inputs),
                DType.BF16,
                Order.OUTPUT_MAJOR,
                outputs,
                inputs);
    }
}
