package dev.altiplano.loader;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.altiplano.kernels.DType;
import dev.altiplano.kernels.Matrix;
import dev.altiplano.loader.CopyProgress.Stage;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Copies with smaller weights: what is in the folder, and what happens to interrupted ones. */
class QuantisedCopyTest {
    private static final Path STORIES = Path.of("../demo/stories");
    private static final String SHARED = "model.layers.1.feed_forward.shared_expert.";
    private static final String EXPERT = "model.layers.1.feed_forward.experts.7.";
    private static final String NOTE = "unfinished-copy.json";

    @TempDir Path place;

    private Path out() {
        return place.resolve("copy");
    }

    private static CopyReport write(QuantisedCopy copy, Path model, Path out) {
        return copy.write(model, out, 2, _ -> {});
    }

    /** Dtype and shape by name, without what is not in layer 1. */
    private static Map<String, String> tensors(Path folder) {
        Map<String, String> tensors = new TreeMap<>();
        try (Checkpoint checkpoint = Checkpoint.open(folder)) {
            for (StoredTensor tensor : checkpoint.tensors()) {
                tensors.put(tensor.name(), tensor.dtype() + " " + tensor.shape());
            }
        }
        return tensors;
    }

    private static JsonNode json(Path file) throws IOException {
        return JsonMapper.shared().readTree(Files.readString(file));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "FP8; 0; weight F8_E4M3 [128, 256]; weight_scale BF16 [128, 1]; ",
                "INT8; 0; weight I8 [128, 256]; weight_scale BF16 [128, 1]; ",
                "INT8; 64; weight_packed I32 [128, 64]; weight_scale BF16 [128, 4];"
                        + " weight_shape I64 [2]",
                "INT4; 0; weight_packed I32 [128, 32]; weight_scale BF16 [128, 2];"
                        + " weight_shape I64 [2]",
                "INT4; 32; weight_packed I32 [128, 32]; weight_scale BF16 [128, 8];"
                        + " weight_shape I64 [2]",
                "NVFP4; 0; weight_packed U8 [128, 128]; weight_scale F8_E4M3 [128, 16];"
                        + " weight_global_scale F32 [1]"
            })
    void tensorsAreCalledAndShapedAsPublished(
            QuantisedFormat format,
            int group,
            String codes,
            String scales,
            @Nullable String third) {
        QuantisedCopy copy = QuantisedCopy.to(format);
        write(group == 0 ? copy : copy.withGroup(group), STORIES, out());

        Map<String, String> written = tensors(out());
        for (String module : List.of(SHARED + "down_proj.", EXPERT + "down_proj.")) {
            List<String> found =
                    written.entrySet().stream()
                            .filter(tensor -> tensor.getKey().startsWith(module))
                            .map(t -> t.getKey().substring(module.length()) + " " + t.getValue())
                            .toList();
            assertThat(found)
                    .containsExactlyInAnyOrderElementsOf(
                            Stream.of(codes, scales, third).filter(Objects::nonNull).toList());
        }
        assertThat(written)
                .containsEntry("model.layers.1.self_attn.q_proj.weight", "BF16 [256, 128]")
                .containsEntry("model.layers.1.feed_forward.router.weight", "BF16 [8, 128]")
                .containsEntry("lm_head.weight", "BF16 [1024, 128]")
                .doesNotContainKey("model.layers.1.feed_forward.experts.gate_up_proj");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "FP8; 0; float-quantized; 8; float; channel; null; token",
                "INT8; 0; int-quantized; 8; int; channel; null; token",
                "INT8; 64; pack-quantized; 8; int; group; 64; null",
                "INT4; 0; pack-quantized; 4; int; group; 128; null",
                "INT4; 32; pack-quantized; 4; int; group; 32; null",
                "NVFP4; 0; nvfp4-pack-quantized; 4; float; tensor_group; 16; null"
            })
    void theConfigurationIsThatOfCompressedTensors(
            QuantisedFormat format,
            int group,
            String name,
            int bits,
            String type,
            String strategy,
            String groupSize,
            String activations)
            throws IOException {
        QuantisedCopy copy = QuantisedCopy.to(format);
        write(group == 0 ? copy : copy.withGroup(group), STORIES, out());

        JsonNode config = json(out().resolve("config.json"));
        JsonNode scheme = config.get("quantization_config");
        assertThat(scheme.get("quant_method").asString()).isEqualTo("compressed-tensors");
        assertThat(scheme.get("quantization_status").asString()).isEqualTo("compressed");
        assertThat(scheme.get("format").asString()).isEqualTo(name);
        JsonNode first = scheme.get("config_groups").get("group_0");
        assertThat(first.get("targets").toString()).isEqualTo("[\"Linear\"]");
        JsonNode weights = first.get("weights");
        assertThat(weights.get("num_bits").asInt()).isEqualTo(bits);
        assertThat(weights.get("type").asString()).isEqualTo(type);
        assertThat(weights.get("strategy").asString()).isEqualTo(strategy);
        assertThat(weights.get("group_size").toString()).isEqualTo(groupSize);
        assertThat(weights.get("symmetric").asBoolean()).isTrue();
        JsonNode input = first.get("input_activations");
        assertThat(input.isNull() ? "null" : input.get("strategy").asString())
                .isEqualTo(activations);
        List<String> ignored = new ArrayList<>();
        scheme.get("ignore").forEach(module -> ignored.add(module.asString()));
        assertThat(ignored)
                .hasSize(8 * 4 + 4 + 1) // attention, routers, head
                .contains("lm_head", "model.layers.7.self_attn.o_proj")
                .contains("model.layers.1.feed_forward.router");
        JsonNode source = json(STORIES.resolve("config.json"));
        for (String field : source.propertyNames()) {
            assertThat(config.get(field)).as(field).isEqualTo(source.get(field));
        }
    }

    @Test
    void whatBelongsToTheTextIsCopied() throws IOException {
        write(QuantisedCopy.to(QuantisedFormat.FP8), STORIES, out());

        for (String name :
                List.of(
                        "generation_config.json",
                        "tokenizer.json",
                        "tokenizer_config.json",
                        "special_tokens_map.json",
                        "chat_template.jinja")) {
            assertThat(out().resolve(name)).hasSameBinaryContentAs(STORIES.resolve(name));
        }
        try (Stream<Path> files = Files.list(out())) {
            assertThat(files.map(file -> String.valueOf(file.getFileName())))
                    .contains("config.json", "model.safetensors")
                    .doesNotContain("expected.json", "README.md", NOTE)
                    .noneMatch(name -> name.endsWith(".part"));
        }
    }

    /** What the safetensors project and its readers rely on. */
    @ParameterizedTest
    @EnumSource(QuantisedFormat.class)
    void everyTensorBeginsAtAMultipleOfItsElement(QuantisedFormat format) throws IOException {
        write(QuantisedCopy.to(format).inShardsOf(2_000_000), STORIES, out());

        long total = 0;
        JsonNode index = json(out().resolve("model.safetensors.index.json"));
        for (String name : FolderFiles.read(out()).names()) {
            if (!name.endsWith(".safetensors")) {
                continue;
            }
            ByteBuffer bytes =
                    ByteBuffer.wrap(Files.readAllBytes(out().resolve(name)))
                            .order(ByteOrder.LITTLE_ENDIAN);
            int header = (int) bytes.getLong(0);
            JsonNode json =
                    JsonMapper.shared().readTree(Arrays.copyOfRange(bytes.array(), 8, 8 + header));
            assertThat(json.get("__metadata__").toString()).isEqualTo("{\"format\":\"pt\"}");
            for (String tensor : json.propertyNames()) {
                if (!tensor.equals("__metadata__")) {
                    long begin = json.get(tensor).get("data_offsets").get(0).asLong();
                    int width =
                            switch (json.get(tensor).get("dtype").asString()) {
                                case "I64" -> 8;
                                case "I32", "F32" -> 4;
                                case "BF16" -> 2;
                                default -> 1;
                            };
                    assertThat((8 + header + begin) % width).as(tensor).isZero();
                    assertThat(index.get("weight_map").get(tensor).asString()).isEqualTo(name);
                }
            }
            total += bytes.capacity() - 8 - header;
        }
        assertThat(index.get("metadata").get("total_size").asLong()).isEqualTo(total);
    }

    @Test
    void linearMapsThatEnginesFuseShareTheirGlobalScale() {
        write(QuantisedCopy.to(QuantisedFormat.NVFP4).ofEverything(), STORIES, out());

        try (SafetensorsFile file = SafetensorsFile.open(out().resolve("model.safetensors"))) {
            String attention = "model.layers.2.self_attn.";
            float q = global(file, attention + "q_proj");
            assertThat(global(file, attention + "k_proj")).isEqualTo(q);
            assertThat(global(file, attention + "v_proj")).isEqualTo(q);
            assertThat(global(file, attention + "o_proj")).isNotEqualTo(q);
            assertThat(global(file, EXPERT + "up_proj"))
                    .isEqualTo(global(file, EXPERT + "gate_proj"));
        }
    }

    private static float global(SafetensorsFile file, String module) {
        return file.data(module + ".weight_global_scale")
                .asByteBuffer()
                .order(ByteOrder.LITTLE_ENDIAN)
                .getFloat();
    }

    @Test
    void attentionAndHeadAreEncodedWhenAskedFor() {
        CopyReport usual = write(QuantisedCopy.to(QuantisedFormat.INT8), STORIES, out());
        CopyReport all =
                write(
                        QuantisedCopy.to(QuantisedFormat.INT8).ofEverything(),
                        STORIES,
                        place.resolve("all"));

        assertThat(usual.quantised()).isEqualTo(4 * 3 + 4 * 3 * (8 + 1));
        assertThat(all.quantised()).isEqualTo(usual.quantised() + 8 * 4 + 1);
        assertThat(all.quantised() + all.kept()).isEqualTo(usual.quantised() + usual.kept());
        assertThat(tensors(place.resolve("all")))
                .containsEntry("lm_head.weight", "I8 [1024, 128]")
                .containsEntry("model.embed_tokens.weight", "BF16 [1024, 128]")
                .containsEntry("model.layers.1.feed_forward.router.weight", "BF16 [8, 128]");
    }

    @Test
    void modulesAreKeptByTheirNames() throws IOException {
        QuantisedCopy copy =
                QuantisedCopy.to(QuantisedFormat.FP8)
                        .keeping(
                                List.of(
                                        Pattern.compile("layers\\.1\\.feed_forward\\.experts"),
                                        Pattern.compile("shared_expert")));
        write(copy, STORIES, out());

        Map<String, String> written = tensors(out());
        assertThat(written)
                .containsEntry(EXPERT + "down_proj.weight", "BF16 [128, 256]")
                .containsEntry(SHARED + "up_proj.weight", "BF16 [256, 128]")
                .containsEntry(
                        "model.layers.3.feed_forward.experts.0.up_proj.weight",
                        "F8_E4M3 [256, 128]");
        assertThat(json(out().resolve("config.json")).get("quantization_config").get("ignore"))
                .extracting(JsonNode::asString)
                .contains(EXPERT + "gate_proj", SHARED + "down_proj");
        try (Checkpoint source = Checkpoint.open(STORIES);
                Checkpoint kept = Checkpoint.open(out())) {
            Matrix before = gateUp(source, 1).getFirst();
            Matrix gate = gateUp(kept, 1).getFirst();
            Matrix up = gateUp(kept, 1).getLast();
            for (int i = 0; i < 128; i++) { // turned, to the bit
                assertThat(gate.weight(17, i)).isEqualTo(before.weight(17, i));
                assertThat(up.weight(17, i)).isEqualTo(before.weight(256 + 17, i));
            }
        }
    }

    private static List<Matrix> gateUp(Checkpoint checkpoint, int layer) {
        MixtureWeights mixture =
                (MixtureWeights) checkpoint.text().layers().get(layer).feedForward();
        return switch (mixture.experts().getLast().gateUp()) {
            case GateUp.Fused(Matrix both) -> List.of(both);
            case GateUp.Split(Matrix gate, Matrix up) -> List.of(gate, up);
        };
    }

    @Test
    void aCopyOfAQuantisedFolderIsMadeFromItsDecodedWeights() {
        Path mixed = QuantisedFolder.in(place.resolve("mixed")).write();

        CopyReport report = write(QuantisedCopy.to(QuantisedFormat.INT8), mixed, out());

        assertThat(report.quantised()).isEqualTo(2 * 3 + 2 * 3 * (3 + 1));
        try (Checkpoint source = Checkpoint.open(mixed);
                Checkpoint copy = Checkpoint.open(out())) {
            Matrix before = source.text().layers().getFirst().attention().o();
            Matrix kept = copy.text().layers().getFirst().attention().o();
            assertThat(kept.dtype()).isEqualTo(DType.BF16);
            for (int o = 0; o < before.outputs(); o++) {
                for (int i = 0; i < before.inputs(); i++) {
                    float exact = before.weight(o, i);
                    assertThat(Math.abs(kept.weight(o, i) - exact))
                            .isLessThanOrEqualTo(Math.abs(exact) / 256);
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource(QuantisedFormat.class)
    void aCopyOfACopyIsTheSame(QuantisedFormat format) throws IOException {
        QuantisedCopy copy = QuantisedCopy.to(format);
        write(copy, STORIES, out());
        write(copy, out(), place.resolve("again"));

        // codes that are already what the format can say stay: only whole outputs of zeros differ
        try (Checkpoint first = Checkpoint.open(out());
                Checkpoint second = Checkpoint.open(place.resolve("again"))) {
            Matrix a = gateUp(first, 3).getLast();
            Matrix b = gateUp(second, 3).getLast();
            double difference = 0;
            double squares = 0;
            for (int o = 0; o < a.outputs(); o++) {
                for (int i = 0; i < a.inputs(); i++) {
                    difference += Math.pow(a.weight(o, i) - b.weight(o, i), 2);
                    squares += Math.pow(a.weight(o, i), 2);
                }
            }
            assertThat(Math.sqrt(difference / squares)).isLessThan(0.03);
        }
    }

    @Test
    void theImageTowerIsCopiedByteByByte() throws IOException {
        TinyVision tiny = TinyVision.in(place.resolve("vision"));
        Path source = tiny.folder.write();

        write(QuantisedCopy.to(QuantisedFormat.FP8), source, out());

        try (SafetensorsFile before = SafetensorsFile.open(source.resolve("model.safetensors"));
                SafetensorsFile after = SafetensorsFile.open(out().resolve("model.safetensors"))) {
            List<String> vision =
                    before.names().stream()
                            .filter(name ->
                                    name.startsWith("vision_model.")
                                            || name.startsWith("multi_modal_projector."))
                            .toList();
            assertThat(vision).hasSizeGreaterThan(10);
            for (String name : vision) {
                assertThat(after.data(name).mismatch(before.data(name))).as(name).isEqualTo(-1);
            }
            JsonNode ignored =
                    json(out().resolve("config.json")).get("quantization_config").get("ignore");
            assertThat(ignored)
                    .extracting(JsonNode::asString)
                    .contains(
                            "multi_modal_projector.linear_1", "vision_model.vision_adapter.mlp.fc1")
                    .noneMatch(name -> name.contains("layernorm"));
        }
    }

    @ParameterizedTest
    @EnumSource(QuantisedFormat.class)
    void theBytesDoNotDependOnTheThreads(QuantisedFormat format) throws IOException {
        QuantisedCopy copy = QuantisedCopy.to(format).ofEverything();
        copy.write(STORIES, out(), 1, _ -> {});
        copy.write(STORIES, place.resolve("three"), 3, _ -> {});

        assertSameFiles(place.resolve("three"), out());
    }

    private static void assertSameFiles(Path found, Path expected) throws IOException {
        try (Stream<Path> a = Files.list(found);
                Stream<Path> b = Files.list(expected)) {
            assertThat(a.map(Path::getFileName))
                    .containsExactlyInAnyOrder(b.map(Path::getFileName).toArray(Path[]::new));
        }
        try (Stream<Path> files = Files.list(expected)) {
            for (Path file : files.toList()) {
                assertThat(found.resolve(file.getFileName())).hasSameBinaryContentAs(file);
            }
        }
    }

    @Test
    void progressGoesFromNothingToEverythingTwice() {
        List<CopyProgress> told = new ArrayList<>();

        QuantisedCopy.to(QuantisedFormat.INT4).write(STORIES, out(), 2, told::add);

        for (Stage stage : Stage.values()) {
            List<CopyProgress> part = told.stream().filter(p -> p.stage() == stage).toList();
            assertThat(part.getLast().done())
                    .isEqualTo(5_380_224)
                    .isEqualTo(part.getLast().total());
            assertThat(part).isSortedAccordingTo((a, b) -> Long.compare(a.done(), b.done()));
        }
    }

    private static final class PulledPlug extends RuntimeException {
        private static final long serialVersionUID = 1;
    }

    /** Ends a run when so many weights are written. */
    private void interrupt(QuantisedCopy copy, long weights) {
        assertThatThrownBy(() ->
                        copy.write(
                                STORIES,
                                out(),
                                2,
                                progress -> {
                                    if (progress.done() >= weights) {
                                        throw new PulledPlug();
                                    }
                                }))
                .isInstanceOf(PulledPlug.class);
    }

    @Test
    void anInterruptedRunGoesOnBehindItsLastShard() throws IOException {
        QuantisedCopy copy = QuantisedCopy.to(QuantisedFormat.INT4).inShardsOf(500_000);
        write(copy, STORIES, place.resolve("whole"));
        interrupt(copy, 2_700_000);
        assertThatThrownBy(() -> Checkpoint.open(out()).close())
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("config.json: is missing");

        CopyReport report = write(copy, STORIES, out());

        assertThat(report.resumedShards()).isBetween(2, report.shards() - 2);
        assertSameFiles(out(), place.resolve("whole"));
    }

    @Test
    void aRunThatWasKilledWhileItComparedStartsToCompareAgain() throws IOException {
        QuantisedCopy copy = QuantisedCopy.to(QuantisedFormat.FP8).inShardsOf(2_000_000);
        write(copy, STORIES, place.resolve("whole"));
        interruptWhile(copy, Stage.VERIFYING);
        assertThat(out().resolve("config.json")).doesNotExist();

        CopyReport report = write(copy, STORIES, out());

        assertThat(report.resumedShards()).isEqualTo(report.shards());
        assertSameFiles(out(), place.resolve("whole"));
    }

    private void interruptWhile(QuantisedCopy copy, Stage stage) {
        assertThatThrownBy(() ->
                        copy.write(
                                STORIES,
                                out(),
                                2,
                                progress -> {
                                    if (progress.stage() == stage) {
                                        throw new PulledPlug();
                                    }
                                }))
                .isInstanceOf(PulledPlug.class);
    }

    @Test
    void whatAKilledProcessLeftIsWrittenAgain() throws IOException {
        QuantisedCopy copy = QuantisedCopy.to(QuantisedFormat.FP8).inShardsOf(2_000_000);
        write(copy, STORIES, place.resolve("whole"));
        interruptWhile(copy, Stage.VERIFYING);
        Path first = out().resolve("model-00001-of-00004.safetensors");
        assertThat(first).exists();
        Files.write(first, Arrays.copyOf(Files.readAllBytes(first), 1_000)); // a torn file
        Files.writeString(out().resolve("model-00002-of-00004.safetensors.part"), "half a shard");

        CopyReport report = write(copy, STORIES, out());

        assertThat(report.resumedShards()).isEqualTo(report.shards() - 1);
        assertSameFiles(out(), place.resolve("whole"));
    }

    @Test
    void anUnfinishedCopyOfSomethingElseIsLeftAlone() {
        interruptWhile(QuantisedCopy.to(QuantisedFormat.FP8), Stage.VERIFYING);

        assertThatThrownBy(() -> write(QuantisedCopy.to(QuantisedFormat.INT4), STORIES, out()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        out()
                                + ": holds an unfinished copy with another format; remove it, or"
                                + " choose another folder");
        Path other = TinyFolder.in(place.resolve("other")).write();
        assertThatThrownBy(() -> write(QuantisedCopy.to(QuantisedFormat.FP8), other, out()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(
                        "an unfinished copy with another source, time of the source;");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {"{; is broken", "[]; another choice of modules, format", "1; another choice"})
    void aNoteThatSaysNothingIsNoReasonToGoOn(String note, String words) throws IOException {
        Files.createDirectories(out());
        Files.writeString(out().resolve(NOTE), note);

        assertThatThrownBy(() -> write(QuantisedCopy.to(QuantisedFormat.FP8), STORIES, out()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(words);
    }

    @Test
    void twoRunsDoNotWriteToOneFolder() throws IOException {
        Files.createDirectories(out());
        try (FileChannel other =
                        FileChannel.open(
                                out().resolve(NOTE),
                                StandardOpenOption.CREATE,
                                StandardOpenOption.WRITE);
                FileLock _ = other.lock()) {
            assertThatThrownBy(() -> write(QuantisedCopy.to(QuantisedFormat.FP8), STORIES, out()))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage(out() + ": another run is writing to this folder");
        }
    }

    @Test
    void aFolderWithSomethingInItIsLeftAlone() throws IOException {
        Files.createDirectories(out());
        Files.writeString(out().resolve("notes.txt"), "mine");

        assertThatThrownBy(() -> write(QuantisedCopy.to(QuantisedFormat.FP8), STORIES, out()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(out() + ": is not empty, expected a new folder");
        assertThat(out().resolve("notes.txt")).hasContent("mine");
        assertThatThrownBy(() -> write(QuantisedCopy.to(QuantisedFormat.FP8), STORIES, STORIES))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("is not empty");
    }

    @Test
    void groupsThatDoNotFitAreNamedBeforeAnythingIsWritten() {
        Path tiny = TinyFolder.in(place.resolve("tiny")).write();

        assertThatThrownBy(() ->
                        write(QuantisedCopy.to(QuantisedFormat.INT4).withGroup(4), tiny, out()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "'model.layers.0.feed_forward.down_proj' has 10 inputs, no multiple of the"
                                + " group of 4: choose another group or keep it");
        assertThatThrownBy(() -> write(QuantisedCopy.to(QuantisedFormat.NVFP4), tiny, out()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("no multiple of the group of 16: choose another format");
        assertThat(out()).doesNotExist();
    }

    @Test
    void oddSizesHavePaddedWordsAndOneShortGroup() {
        Path tiny = TinyFolder.in(place.resolve("tiny")).write();

        write(QuantisedCopy.to(QuantisedFormat.INT4).withGroup(128), tiny, out());
        write(QuantisedCopy.to(QuantisedFormat.INT8).withGroup(2), tiny, place.resolve("pairs"));
        write(QuantisedCopy.to(QuantisedFormat.FP8), tiny, place.resolve("fp8"));

        String down = "model.layers.0.feed_forward.down_proj.";
        assertThat(tensors(out()))
                .containsEntry(down + "weight_packed", "I32 [8, 2]") // 10 codes in 2 words of 8
                .containsEntry(down + "weight_scale", "BF16 [8, 1]");
        assertThat(tensors(place.resolve("pairs")))
                .containsEntry(down + "weight_packed", "I32 [8, 3]")
                .containsEntry(down + "weight_scale", "BF16 [8, 5]");
        assertThat(tensors(place.resolve("fp8"))).containsEntry(down + "weight", "F8_E4M3 [8, 10]");
    }

    @Test
    void patternsThatFindNothingOrEverythingAreRefused() {
        QuantisedCopy copy = QuantisedCopy.to(QuantisedFormat.FP8);

        assertThatThrownBy(
                        () -> write(copy.keeping(List.of(Pattern.compile("mlp"))), STORIES, out()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith(
                        "'mlp' is found in no module's name; one is 'model.layers.");
        assertThatThrownBy(() ->
                        write(copy.keeping(List.of(Pattern.compile("model"))), STORIES, out()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("nothing is left to encode");
    }

    @ParameterizedTest
    @CsvSource({"FP8, 128", "INT4, 0", "INT8, -1", "NVFP4, 32"})
    void groupsThatAFormatDoesNotHaveAreRefused(QuantisedFormat format, int group) {
        assertThatThrownBy(() -> QuantisedCopy.to(format).withGroup(group))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(Integer.toString(group));
    }

    @Test
    void aWeightThatIsNoNumberIsNamed() throws IOException {
        Path tiny = TinyFolder.in(place.resolve("tiny")).write();
        Path file = tiny.resolve("model.safetensors");
        byte[] bytes = Files.readAllBytes(file);
        String name = "model.layers.2.feed_forward.up_proj.weight";
        int header = (int) ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getLong(0);
        JsonNode json = JsonMapper.shared().readTree(Arrays.copyOfRange(bytes, 8, 8 + header));
        int at = 8 + header + json.get(name).get("data_offsets").get(0).asInt();
        bytes[at + 2 * (3 * 8 + 5)] = (byte) 0xC0;
        bytes[at + 2 * (3 * 8 + 5) + 1] = 0x7F; // output 3, input 5
        Files.write(file, bytes);

        for (QuantisedFormat format : List.of(QuantisedFormat.FP8, QuantisedFormat.INT8)) {
            assertThatThrownBy(() -> write(QuantisedCopy.to(format), tiny, out()))
                    .isInstanceOf(CheckpointException.class)
                    .hasMessage(
                            "'model.layers.2.feed_forward.up_proj' cannot be encoded: from output"
                                    + " 0 on, a weight of output 3 of this strip is NaN or"
                                    + " infinite");
            Files.delete(out().resolve(NOTE));
        }
    }
}
