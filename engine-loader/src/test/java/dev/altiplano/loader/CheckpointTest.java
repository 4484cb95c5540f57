package dev.altiplano.loader;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.altiplano.kernels.DType;
import dev.altiplano.kernels.Matrix;
import dev.altiplano.kernels.Order;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.RandomAccessFile;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.function.Consumer;

class CheckpointTest {
    private static final String GATE_UP = "model.layers.1.feed_forward.experts.gate_up_proj";

    @TempDir Path folder;

    private void assertRefused(String message) {
        assertThatThrownBy(() -> Checkpoint.open(folder).close())
                .isInstanceOf(CheckpointException.class)
                .hasMessage(message);
    }

    /** The weight that {@link TinyFolder} wrote at this place of a tensor. */
    private static float written(String name, int index) {
        return TinyFolder.values(name, index + 1)[index];
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void findsEveryWeightByItsRole(boolean sharded) {
        TinyFolder tiny = TinyFolder.in(folder);
        if (sharded) {
            tiny.writeSharded();
        } else {
            tiny.write();
        }

        try (Checkpoint checkpoint = Checkpoint.open(folder)) {
            TextWeights text = checkpoint.text();
            assertThat(Weights.at(text.embedding(), 10, 3))
                    .isEqualTo(written("model.embed_tokens.weight", 10 * 8 + 3));
            assertThat(Weights.at(text.norm(), 0, 7)).isEqualTo(written("model.norm.weight", 7));
            assertThat(Weights.at(text.head(), 1, 0)).isEqualTo(written("lm_head.weight", 8));
            AttentionWeights attention = text.layers().get(2).attention();
            assertThat(Weights.at(attention.q(), 7, 1))
                    .isEqualTo(written("model.layers.2.self_attn.q_proj.weight", 57));
            assertThat(attention.k().outputs()).isEqualTo(4);
            assertThat(attention.biases()).isEmpty();
            DenseWeights dense = (DenseWeights) text.layers().get(2).feedForward();
            GateUp.Split gateUp = (GateUp.Split) dense.gateUp();
            assertThat(Weights.at(gateUp.up(), 9, 7))
                    .isEqualTo(written("model.layers.2.feed_forward.up_proj.weight", 79));
            assertThat(dense.down().outputs()).isEqualTo(8);
        }
    }

    @Test
    void fusedExpertsAreSlicesWithTheInputsOutside() {
        TinyFolder.in(folder).write();

        try (Checkpoint checkpoint = Checkpoint.open(folder)) {
            MixtureWeights mixture =
                    (MixtureWeights) checkpoint.text().layers().get(1).feedForward();
            Matrix gateUp = ((GateUp.Fused) mixture.experts().get(2).gateUp()).gateUp();
            Matrix down = mixture.experts().get(1).down();

            assertThat(mixture.experts()).hasSize(3);
            assertThat(gateUp.order()).isEqualTo(Order.INPUT_MAJOR);
            assertThat(gateUp.inputs()).isEqualTo(8);
            assertThat(gateUp.outputs()).isEqualTo(12);
            assertThat(Weights.at(gateUp, 11, 5)) // [expert 2][input 5][output 11]
                    .isEqualTo(written(GATE_UP, (2 * 8 + 5) * 12 + 11));
            assertThat(Weights.at(down, 7, 4))
                    .isEqualTo(
                            written(
                                    "model.layers.1.feed_forward.experts.down_proj",
                                    (6 + 4) * 8 + 7));
            assertThat(mixture.router().outputs()).isEqualTo(3);
            assertThat(mixture.shared().gateUp()).isInstanceOf(GateUp.Split.class);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "language_model.model., language_model.lm_head.weight",
        "model., lm_head.weight",
        "model.language_model., lm_head.weight",
        "model.language_model., model.language_model.lm_head.weight",
        "language_model.model., lm_head.weight"
    })
    void acceptsEachNamingWithSeparateExperts(String prefix, String head) {
        TinyFolder.in(folder, prefix, head, false).write();

        try (Checkpoint checkpoint = Checkpoint.open(folder)) {
            MixtureWeights mixture =
                    (MixtureWeights) checkpoint.text().layers().get(3).feedForward();
            DenseWeights expert = mixture.experts().get(2);

            assertThat(expert.down().order()).isEqualTo(Order.OUTPUT_MAJOR);
            assertThat(Weights.at(((GateUp.Split) expert.gateUp()).gate(), 5, 2))
                    .isEqualTo(
                            written(
                                    prefix + "layers.3.feed_forward.experts.2.gate_proj.weight",
                                    42));
            assertThat(Weights.at(checkpoint.text().head(), 0, 1)).isEqualTo(written(head, 1));
        }
    }

    @Test
    void readsTheNestedLayout() {
        TinyFolder tiny =
                TinyFolder.in(
                        folder, "language_model.model.", "language_model.lm_head.weight", true);
        ObjectNode text = tiny.config.deepCopy();
        tiny.config.removeAll();
        tiny.config.put("model_type", "llama4").set("text_config", text);
        tiny.write();

        try (Checkpoint checkpoint = Checkpoint.open(folder)) {
            assertThat(checkpoint.hasVision()).isFalse();
            assertThat(checkpoint.vision()).isEmpty();
            assertThat(checkpoint.config().hiddenSize()).isEqualTo(8);
        }
    }

    @Test
    void everyTensorHasItsOwnDtype() {
        TinyFolder.in(folder)
                .add("model.norm.weight", "F32", 8)
                .add("lm_head.weight", "F16", 11, 8)
                .write();

        try (Checkpoint checkpoint = Checkpoint.open(folder)) {
            TextWeights text = checkpoint.text();
            assertThat(text.norm().dtype()).isEqualTo(DType.F32);
            assertThat(Weights.at(text.norm(), 0, 3)).isEqualTo(written("model.norm.weight", 3));
            assertThat(text.head().dtype()).isEqualTo(DType.F16);
            assertThat(Weights.at(text.head(), 2, 3)).isEqualTo(written("lm_head.weight", 19));
            assertThat(text.embedding().dtype()).isEqualTo(DType.BF16);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aTiedHeadIsTheEmbedding(boolean copyIsThere) {
        TinyFolder tiny = TinyFolder.in(folder);
        tiny.config.put("tie_word_embeddings", true);
        if (!copyIsThere) {
            tiny.remove("lm_head.weight");
        }
        tiny.write();

        try (Checkpoint checkpoint = Checkpoint.open(folder)) {
            assertThat(checkpoint.text().head()).isSameAs(checkpoint.text().embedding());
        }
    }

    @Test
    void readsBiasesWhenTheConfigurationHasThem() {
        TinyFolder tiny = TinyFolder.in(folder);
        tiny.config.put("attention_bias", true);
        for (int i = 0; i < TinyFolder.LAYERS; i++) {
            String attention = "model.layers.%d.self_attn.".formatted(i);
            tiny.add(attention + "q_proj.bias", 8).add(attention + "k_proj.bias", 4);
            tiny.add(attention + "v_proj.bias", 4).add(attention + "o_proj.bias", 8);
        }
        tiny.write();

        try (Checkpoint checkpoint = Checkpoint.open(folder)) {
            AttentionBiases biases =
                    checkpoint.text().layers().get(3).attention().biases().orElseThrow();
            assertThat(Weights.at(biases.v(), 0, 3))
                    .isEqualTo(written("model.layers.3.self_attn.v_proj.bias", 3));
        }
    }

    @Test
    void biasesThatNobodyAnnouncedAreRefused() {
        TinyFolder.in(folder).add("model.layers.0.self_attn.q_proj.bias", 8).write();

        assertRefused(
                "model.safetensors: tensor 'model.layers.0.self_attn.q_proj.bias' (BF16 [8]) is not"
                        + " part of the model that config.json describes");
    }

    @Test
    void frequenciesOfOldFilesAreHarmless() {
        TinyFolder.in(folder).add("model.layers.0.self_attn.rotary_emb.inv_freq", "F32", 2).write();

        Checkpoint.open(folder).close();
    }

    @Test
    void namesAMissingTensorAndWhatItShouldBe() {
        TinyFolder.in(folder).remove("model.layers.1.feed_forward.router.weight").write();

        assertRefused(
                "model.safetensors: tensor 'model.layers.1.feed_forward.router.weight' is missing,"
                        + " expected BF16, F16 or F32 of shape [3, 8] (experts, hidden)");
    }

    @Test
    void namesAMisshapedTensorAndWhatItShouldBe() {
        TinyFolder.in(folder).add(GATE_UP, 3, 8, 6).write();

        assertRefused(
                "model.safetensors: tensor '"
                        + GATE_UP
                        + "' has shape [3, 8, 6], expected [3, 8, 12] (experts, hidden, 2 *"
                        + " width)");
    }

    @Test
    void namesATensorOfAnUnusableDtype() {
        TinyFolder.in(folder).add("model.norm.weight", "I64", 8).write();

        assertRefused(
                "model.safetensors: tensor 'model.norm.weight' has dtype I64, expected BF16, F16 or"
                        + " F32");
    }

    @Test
    void aQuantisationThatTouchesNoTensorDoesNotMatter() {
        TinyFolder tiny = TinyFolder.in(folder);
        tiny.config.putObject("quantization_config").put("quant_method", "fp8");
        tiny.write();

        Checkpoint.open(folder).close();
    }

    @Test
    void layersBeyondTheConfigurationAreRefused() {
        TinyFolder tiny = TinyFolder.in(folder);
        tiny.config.put("num_hidden_layers", 3);
        tiny.write();

        assertThatThrownBy(() -> Checkpoint.open(folder))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("tensor 'model.layers.3.")
                .hasMessageEndingWith("is not part of the model that config.json describes");
    }

    @Test
    void twoTextModelsAreRefused() {
        TinyFolder.in(folder).add("language_model.model.embed_tokens.weight", 11, 8).write();

        assertThatThrownBy(() -> Checkpoint.open(folder))
                .isInstanceOf(CheckpointException.class)
                .hasMessageStartingWith("model.safetensors: more than one embedding is there");
    }

    @Test
    void aFolderWithoutWeightsIsNamed() {
        TinyFolder.in(folder).writeText("config.json", TinyFolder.text().toString());

        assertRefused(
                "model.safetensors: is missing from the folder, and so is"
                        + " model.safetensors.index.json (expected the Hugging Face layout)");
    }

    @Test
    void whatIsNoFolderIsNamed() {
        assertThatThrownBy(() -> Checkpoint.open(folder.resolve("absent")))
                .isInstanceOf(CheckpointException.class)
                .hasMessageEndingWith(
                        "absent: does not exist, expected a folder with a checkpoint");
    }

    @Test
    void mapsFusedTensorsOfMoreThanTwoToThe31Elements() throws IOException {
        // 5 experts of 16384 x 32768 BF16: 5 GiB that take no room on the disk
        TinyFolder tiny = TinyFolder.in(folder);
        tiny.config.put("num_local_experts", 5).put("hidden_size", 16_384);
        tiny.config.put("intermediate_size", 16_384).put("num_hidden_layers", 1);
        tiny.config.put("interleave_moe_layer_step", 1);
        SparseFile.write(
                tiny.write().resolve("model.safetensors"),
                List.of(
                        TensorSpec.of("lm_head.weight", "BF16", 11, 16_384),
                        TensorSpec.of("model.embed_tokens.weight", "BF16", 11, 16_384),
                        TensorSpec.of("model.norm.weight", "BF16", 16_384),
                        norm("input_layernorm"),
                        norm("post_attention_layernorm"),
                        linear("self_attn.q_proj", 8, 16_384),
                        linear("self_attn.k_proj", 4, 16_384),
                        linear("self_attn.v_proj", 4, 16_384),
                        linear("self_attn.o_proj", 16_384, 8),
                        linear("feed_forward.router", 5, 16_384),
                        linear("feed_forward.shared_expert.gate_proj", 16_384, 16_384),
                        linear("feed_forward.shared_expert.up_proj", 16_384, 16_384),
                        linear("feed_forward.shared_expert.down_proj", 16_384, 16_384),
                        TensorSpec.of(
                                "model.layers.0.feed_forward.experts.down_proj",
                                "BF16",
                                5,
                                16_384,
                                16_384),
                        TensorSpec.of(
                                "model.layers.0.feed_forward.experts.gate_up_proj",
                                "BF16",
                                5,
                                16_384,
                                32_768)));

        try (Checkpoint checkpoint = Checkpoint.open(folder)) {
            MixtureWeights mixture =
                    (MixtureWeights) checkpoint.text().layers().getFirst().feedForward();
            Matrix last = ((GateUp.Fused) mixture.experts().getLast().gateUp()).gateUp();

            assertThat(last.data().byteSize()).isEqualTo(1L << 30);
            assertThat(last.data().get(ValueLayout.JAVA_BYTE, (1L << 30) - 1))
                    .as("the last byte of the file")
                    .isEqualTo(SparseFile.LAST);
        }
    }

    private static TensorSpec norm(String name) {
        return TensorSpec.of("model.layers.0." + name + ".weight", "BF16", 16_384);
    }

    private static TensorSpec linear(String name, long outputs, long inputs) {
        return TensorSpec.of("model.layers.0." + name + ".weight", "BF16", outputs, inputs);
    }

    @Test
    void printsNothing() {
        PrintStream out = System.out;
        PrintStream err = System.err;
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        try (PrintStream capture = new PrintStream(printed, true, StandardCharsets.UTF_8)) {
            System.setOut(capture);
            System.setErr(capture);
            Checkpoint.open(GoldenFolders.odd()).close();
        } finally {
            System.setOut(out);
            System.setErr(err);
        }

        assertThat(printed.toString(StandardCharsets.UTF_8)).isEmpty();
    }

    @Test
    void aFailedOpeningLeavesNothingMapped() throws IOException {
        Path maps = Path.of("/proc/self/maps"); // what this process has mapped
        assumeTrue(Files.exists(maps), "no " + maps);
        TinyFolder.in(folder).remove("model.norm.weight").writeSharded();

        assertThatThrownBy(() -> Checkpoint.open(folder)).isInstanceOf(CheckpointException.class);

        assertThat(Files.readString(maps)).doesNotContain(folder.toString());
    }

    @ParameterizedTest
    @ValueSource(strings = {"config.json", "generation_config.json", "model.safetensors"})
    @Timeout(30)
    void aPipeIsRefusedInsteadOfWaitedFor(String file) throws Exception {
        TinyFolder.in(folder).write();
        Files.deleteIfExists(folder.resolve(file));
        Process mkfifo = new ProcessBuilder("mkfifo", folder.resolve(file).toString()).start();
        assumeTrue(mkfifo.waitFor() == 0, "no mkfifo");

        assertRefused(file + ": is not a regular file");
    }

    @Test
    void saysThatItIsClosed() {
        Checkpoint checkpoint = Checkpoint.open(TinyFolder.in(folder).write());
        Matrix norm = checkpoint.text().norm();
        checkpoint.close();
        checkpoint.close();

        assertThatThrownBy(checkpoint::text)
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("the checkpoint " + folder + " is closed");
        assertThatThrownBy(checkpoint::checkUnchanged).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> Weights.at(norm, 0, 0)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void noticesAShardThatWasCutShort() throws IOException {
        Path file = TinyFolder.in(folder).write().resolve("model.safetensors");
        try (Checkpoint checkpoint = Checkpoint.open(folder)) {
            checkpoint.checkUnchanged();
            try (RandomAccessFile cut = new RandomAccessFile(file.toFile(), "rw")) {
                cut.setLength(100);
            }

            assertThatThrownBy(checkpoint::checkUnchanged)
                    .isInstanceOf(CheckpointException.class)
                    .hasMessageStartingWith(
                            "model.safetensors: was changed while it was open: has 100 bytes of ");
        }
    }

    @Test
    void noticesAShardThatWasWrittenTo() throws IOException {
        Path file = TinyFolder.in(folder).write().resolve("model.safetensors");
        try (Checkpoint checkpoint = Checkpoint.open(folder)) {
            Files.setLastModifiedTime(file, FileTime.fromMillis(1));

            assertThatThrownBy(checkpoint::checkUnchanged).isInstanceOf(CheckpointException.class);
        }
    }

    @Test
    void aReplacedOrDeletedShardDoesNotMatter() throws IOException {
        Path file = TinyFolder.in(folder).write().resolve("model.safetensors");
        try (Checkpoint checkpoint = Checkpoint.open(folder)) {
            Path other = Files.writeString(folder.resolve("other"), "something else");
            Files.move(other, file, StandardCopyOption.REPLACE_EXISTING);
            checkpoint.checkUnchanged();
            Files.delete(file);
            checkpoint.checkUnchanged();

            assertThat(Weights.at(checkpoint.text().norm(), 0, 2))
                    .isEqualTo(written("model.norm.weight", 2));
        }
    }

    @Test
    void theFingerprintDependsOnConfigurationAndHeadersAlone() throws IOException {
        TinyFolder tiny = TinyFolder.in(folder);
        String first = fingerprint(tiny.write());
        Files.writeString(folder.resolve("README.md"), "hello");
        assertThat(fingerprint(folder)).isEqualTo(first).matches("[0-9a-f]{64}");

        tiny.config.put("rms_norm_eps", 1e-6);
        assertThat(fingerprint(tiny.write())).isNotEqualTo(first);
        tiny.config.put("rms_norm_eps", 1e-5);
        assertThat(fingerprint(tiny.write())).isEqualTo(first);
        assertThat(fingerprint(tiny.add("lm_head.weight", "F32", 11, 8).write()))
                .isNotEqualTo(first);
    }

    private static String fingerprint(Path folder) {
        try (Checkpoint checkpoint = Checkpoint.open(folder)) {
            return checkpoint.fingerprint();
        }
    }

    @Test
    void theSingleFileWinsOverAnIndex() {
        TinyFolder.in(folder).write();
        TinyFolder.in(folder).writeText("model.safetensors.index.json", "broken");

        Checkpoint.open(folder).close();
    }

    @Test
    void namesATensorThatTheIndexPutsIntoAnotherShard() throws IOException {
        changeWeightMap(map ->
                map.put("model.norm.weight", other(map.get("model.norm.weight").asString())));

        assertThatThrownBy(() -> Checkpoint.open(folder))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining(
                        "tensor 'model.norm.weight' is here, but weight_map of"
                                + " model.safetensors.index.json says model-0000");
    }

    @Test
    void namesATensorThatNoShardHolds() throws IOException {
        changeWeightMap(map -> map.put("ghost", "model-00001-of-00002.safetensors"));

        assertRefused(
                "model-00001-of-00002.safetensors: has no tensor 'ghost', although weight_map of"
                        + " model.safetensors.index.json says so");
    }

    @Test
    void namesATensorThatTheIndexForgot() throws IOException {
        changeWeightMap(map -> map.remove("model.norm.weight"));

        assertThatThrownBy(() -> Checkpoint.open(folder))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining(
                        "tensor 'model.norm.weight' is here, but weight_map of"
                                + " model.safetensors.index.json does not list it");
    }

    @Test
    void namesAMissingShard() throws IOException {
        TinyFolder.in(folder).writeSharded();
        Files.delete(folder.resolve("model-00002-of-00002.safetensors"));

        assertRefused(
                "model-00002-of-00002.safetensors: is missing from the folder, although weight_map"
                        + " of model.safetensors.index.json names it");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "../model.safetensors",
                "/etc/model.safetensors",
                "a/../../m.safetensors",
                "sub/m.safetensors",
                "..",
                "",
                "C:m.safetensors",
                "a\\m.safetensors",
                "model.safetensors.index.json",
                "a\u0000.safetensors"
            })
    void shardsOutsideTheFolderAreRefused(String shard) throws IOException {
        changeWeightMap(map -> map.put("model.norm.weight", shard));

        assertThatThrownBy(() -> Checkpoint.open(folder))
                .isInstanceOf(CheckpointException.class)
                .hasMessageStartingWith("model.safetensors.index.json: weight_map names '")
                .hasMessageEndingWith("', expected a .safetensors file of this folder");
    }

    @Test
    void aShardMayBeALinkElsewhere() throws IOException { // caches of downloads look like this
        TinyFolder.in(folder.resolve("blobs")).write();
        Path snapshot = Files.createDirectory(folder.resolve("snapshot"));
        for (String file : new String[] {"config.json", "model.safetensors"}) {
            Files.createSymbolicLink(snapshot.resolve(file), Path.of("../blobs", file));
        }

        Checkpoint.open(snapshot).close();
    }

    @Test
    void aLinkToItselfIsRefused() throws IOException {
        TinyFolder.in(folder).write();
        Path file = folder.resolve("model.safetensors");
        Files.delete(file);
        Files.createSymbolicLink(file, Path.of("model.safetensors"));

        assertThatThrownBy(() -> Checkpoint.open(folder))
                .isInstanceOf(CheckpointException.class)
                .hasMessageStartingWith("model.safetensors: is missing from the folder");
    }

    private void changeWeightMap(Consumer<ObjectNode> change) throws IOException {
        Path index = TinyFolder.in(folder).writeSharded().resolve("model.safetensors.index.json");
        ObjectNode root = (ObjectNode) JsonMapper.shared().readTree(Files.readString(index));
        change.accept((ObjectNode) root.get("weight_map"));
        Files.writeString(index, root.toString());
    }

    private static String other(String shard) {
        return shard.contains("00001-of")
                ? shard.replace("00001-of", "00002-of")
                : shard.replace("00002-of", "00001-of");
    }
}
