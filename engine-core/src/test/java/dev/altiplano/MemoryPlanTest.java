package dev.altiplano;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.altiplano.cache.KvCache;
import dev.altiplano.cache.KvSettings;
import dev.altiplano.cache.KvStore;
import dev.altiplano.generate.Sequence;
import dev.altiplano.kernels.KernelMemory;
import dev.altiplano.kernels.KvLayout;
import dev.altiplano.kernels.KvType;
import dev.altiplano.loader.AttentionTemperature;
import dev.altiplano.loader.Checkpoint;
import dev.altiplano.loader.LayerKind;
import dev.altiplano.loader.Llama4Config;
import dev.altiplano.loader.RopeParameters;
import dev.altiplano.loader.SpecialIds;
import dev.altiplano.model.TextModel;

import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.IntStream;

class MemoryPlanTest {
    private static final double GIB = 1L << 30;

    /** 4096 bytes per token and layer in BF16; 36 layers of one chunk, 12 of everything. */
    @ParameterizedTest
    @CsvSource({"8192, 1.5", "131072, 7.125", "1048576, 49.125", "10485760, 481.125"})
    void keysAndValuesOfScout(long context, double gib) {
        ModelOptions options = ModelOptions.defaults().keyValueType(KvType.BF16);

        MemoryPlan plan = MemoryPlan.of(scout(), 217_283_587_072L, options, context);

        assertThat(plan.keyValueBytes() / GIB).isCloseTo(gib, Percentage.withPercentage(0.5));
        assertThat(plan.keyValueBytesPerToken()).isEqualTo(48 * 4096);
        assertThat(plan.keyValueBytesPerTokenLater()).isEqualTo(12 * 4096);
        assertThat(plan.peakBytes())
                .isEqualTo(plan.weightBytes() + plan.workingBytes() + plan.keyValueBytes());
        assertThat(plan.workingBytes())
                .isEqualTo(plan.scratchBytes() + plan.kernelBytes() + plan.requestBytes());
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 20, 256})
    void kernelsTakeWhatWasPlanned(int blockSize) {
        try (Checkpoint checkpoint = Checkpoint.open(Demo.FOLDER);
                TextModel model =
                        new TextModel(
                                checkpoint.config(),
                                checkpoint.text(),
                                KeyValues.of(checkpoint.config(), KvType.F32),
                                2,
                                blockSize);
                Sequence sequence = new Sequence(model)) {
            ModelOptions options = ModelOptions.defaults().threads(2).blockSize(blockSize);
            long planned = MemoryPlan.of(checkpoint, options, 300).kernelBytes();
            for (int i = 0; i < 40; i++) { // until both workers have had some of each
                sequence.append(new int[i % 2 == 0 ? blockSize : 1]);
                sequence.readAll(false, (position, logits) -> {});
            }

            assertThat(model.kernelBytesTaken()).isBetween(planned / 8, planned);
        }
    }

    /** A heap dump of an answer would show these arrays. */
    @Test
    void anAnswerTakesArraysOfTheVocabulary() {
        MemoryPlan plan = MemoryPlan.of(scout(), 0, ModelOptions.defaults(), 1);

        assertThat(plan.requestBytes()).isEqualTo(6 * 4 * 202048);
    }

    /** The same layers, thin: 36 of one chunk, 12 of 131,072 positions, really taken. */
    @Test
    void aThinScoutTakesWhatTheFormulaSays() {
        Llama4Config thin = scout(1, 4);
        KvLayout layout = new KvLayout(1, 4, KvType.BF16);
        try (KvStore store = new KvStore(thin, layout, KvSettings.unlimited(), 256);
                KvCache cache = store.newCache()) {
            while (cache.position() < 131_072) {
                cache.begin(256);
                cache.commit(256);
            }

            double formula = (36 * 8192L + 12 * 131_072L) * (double) layout.pageBytes() / 256;
            assertThat((double) cache.bytes()).isCloseTo(formula, Percentage.withPercentage(2));
            assertThat((double) store.heldBytes()).isCloseTo(formula, Percentage.withPercentage(2));
            assertThat((double) store.takenBytes())
                    .isCloseTo(formula, Percentage.withPercentage(5));
        }
    }

    @Test
    void scratchIsWhatAStepTakes() {
        ModelOptions options = ModelOptions.defaults().blockSize(1).threads(3);
        MemoryPlan plan = MemoryPlan.of(scout(), 0, options, 1);

        int sequences = TextModel.mostSequences(); // a step of several has scratch of its own
        // per token: 4 streams, q and what was attended, k and v, 3 expert widths for the shared
        // and
        // the routed expert, routed input and output, router logits; and a row of logits
        long each = 4 * 5120 + 2 * 5120 + 2 * 1024 + 2 * 3 * 8192 + 2 * 5120 + 16;
        long floats = (1 + sequences) * each + Math.max(1, sequences) * (5120L + 202048);
        long workers = 3 * KernelMemory.workerHeapBytes(new KvLayout(8, 128, KvType.BF16), 40);
        assertThat((double) plan.scratchBytes())
                .isCloseTo(4.0 * floats + workers, within(20.0 * (1 + sequences)));
    }

    @Test
    void aPlanThatCannotFitIsRefusedWithItsNumbers() {
        ModelOptions options = ModelOptions.defaults().context(60_000).memoryLimit(50 << 20);

        assertThatThrownBy(() -> Llama4Model.open(Demo.FOLDER, options))
                .isInstanceOf(InsufficientMemoryException.class)
                .hasMessageContaining("a context of 60000 tokens needs 119.")
                .hasMessageContaining("expected at most 50.0 MiB together");
    }

    @Test
    void aContextBeyondTheModelIsRefused() {
        assertThatThrownBy(
                        () -> Llama4Model.open(Demo.FOLDER, ModelOptions.defaults().context(65537)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("context is 65537, expected at most max_position_embeddings 65536");
    }

    @Test
    void aRequestThatCannotFitIsRefusedBeforeAnythingIsTaken() {
        try (Llama4Model model =
                        Llama4Model.open(
                                Demo.FOLDER, ModelOptions.defaults().memoryLimit(40 << 20));
                Session session = model.newSession()) {
            assertThatThrownBy(
                            () -> session.generate(GenerationRequest.tokens(1).maxTokens(60_000)))
                    .isInstanceOf(InsufficientMemoryException.class);
            assertThat(session.keyValueBytes()).isZero();
        }
    }

    @Test
    void aSessionTakesWhatWasPlanned() {
        try (Llama4Model model = Llama4Model.open(Demo.FOLDER);
                Session session = model.newSession()) {
            session.generate(GenerationRequest.tokens(new int[1000]).maxTokens(1));

            assertThat(session.keyValueBytes()).isEqualTo(model.memoryPlan(1000).keyValueBytes());
        }
    }

    private static Llama4Config scout() {
        return scout(8, 128);
    }

    private static Llama4Config scout(int kvHeads, int headDim) {
        List<LayerKind> layers =
                IntStream.range(0, 48)
                        .mapToObj(i -> new LayerKind(i % 4 != 3, i % 4 != 3, true))
                        .toList();
        return new Llama4Config(
                202048,
                5120,
                5 * kvHeads,
                kvHeads,
                headDim,
                8192,
                16384,
                16,
                1,
                OptionalInt.of(8192),
                10_485_760,
                1e-5f,
                true,
                false,
                false,
                new RopeParameters(500_000, Optional.empty()),
                new AttentionTemperature(8192, 0.1f),
                layers,
                new SpecialIds(OptionalInt.empty(), List.of(), OptionalInt.empty()));
    }
}
