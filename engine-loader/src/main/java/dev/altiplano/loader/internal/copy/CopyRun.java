package dev.altiplano.loader.internal.copy;

import dev.altiplano.loader.Checkpoint;
import dev.altiplano.loader.CopyProgress;
import dev.altiplano.loader.CopyProgress.Stage;
import dev.altiplano.loader.CopyReport;
import dev.altiplano.loader.QuantisedCopy;
import dev.altiplano.loader.StoredTensor;
import dev.altiplano.loader.internal.TensorIndex;

import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.Consumer;

/** One run of writing a copy. */
public final class CopyRun {
    private static final String CONFIG = "config.json";
    private static final String INDEX = "model.safetensors.index.json";
    private static final long ROOM_TO_SPARE = 64L << 20;

    /** What says the same of the copy as of the source. */
    private static final List<String> COPIED =
            List.of(
                    "generation_config.json",
                    "tokenizer.json",
                    "tokenizer.model",
                    "tokenizer_config.json",
                    "special_tokens_map.json",
                    "added_tokens.json",
                    "vocab.json",
                    "merges.txt",
                    "chat_template.jinja",
                    "chat_template.json",
                    "preprocessor_config.json",
                    "processor_config.json",
                    "LICENSE",
                    "LICENSE.txt",
                    "LICENSE.md",
                    "NOTICE",
                    "USE_POLICY.md");

    private final Checkpoint source;
    private final CopyPlan plan;
    private final CopyFolder target;
    private final Strips strips;
    private final Consumer<CopyProgress> progress;
    private int resumed;

    private CopyRun(
            Checkpoint source,
            CopyPlan plan,
            CopyFolder target,
            Strips strips,
            Consumer<CopyProgress> progress) {
        this.source = source;
        this.plan = plan;
        this.target = target;
        this.strips = strips;
        this.progress = progress;
    }

    /** See {@link QuantisedCopy#write}. */
    public static CopyReport of(
            QuantisedCopy copy,
            Path model,
            Path folder,
            int threads,
            Consumer<CopyProgress> progress) {
        try (Arena arena = Arena.ofShared();
                Checkpoint source = Checkpoint.open(model)) {
            TensorIndex index = TensorIndex.open(model, arena);
            CopyPlan plan = CopyPlan.of(copy, source.text(), index);
            try (CopyFolder target = CopyFolder.open(folder, describe(copy, source));
                    Strips strips = new Strips(threads)) {
                return new CopyRun(source, plan, target, strips, progress).run(folder);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Everything that the bytes of the copy depend on, except for the weights themselves. */
    private static ObjectNode describe(QuantisedCopy copy, Checkpoint source) throws IOException {
        ObjectNode all = JsonMapper.shared().createObjectNode();
        all.put("source", source.fingerprint());
        ArrayNode times = all.putArray("time of the source");
        TreeSet<String> files = new TreeSet<>();
        source.tensors().forEach(tensor -> files.add(tensor.file()));
        for (String file : files) {
            times.add(Files.getLastModifiedTime(source.folder().resolve(file)).toString());
        }
        all.put("format", copy.format().toString());
        all.put("group", copy.group().isPresent() ? copy.group().getAsInt() : 0);
        copy.keep().forEach(pattern -> all.withArray("keep").add(pattern.pattern()));
        all.withArray("keep");
        all.put("choice of modules", copy.everything() ? "everything" : "usual");
        all.put("shard size", copy.shardBytes());
        return all;
    }

    private CopyReport run(Path folder) throws IOException {
        Map<String, List<Part>> shards = plan.shards();
        Files.deleteIfExists(target.resolve(CONFIG)); // of a run that did not get to its end
        writeShards(folder, shards);
        if (shards.size() > 1) {
            target.writeText(INDEX, CopyConfig.index(plan, shards));
        }
        for (String name : COPIED) {
            Path file = source.folder().resolve(name);
            if (Files.isRegularFile(file)) {
                Files.copy(file, target.resolve(name), StandardCopyOption.REPLACE_EXISTING);
            }
        }
        target.writeText(CONFIG, CopyConfig.config(source.folder(), plan));
        ErrorSum errors = verify(folder);
        target.finish();
        return report(shards.size(), errors);
    }

    private void writeShards(Path folder, Map<String, List<Part>> shards) throws IOException {
        strips.count(done -> tell(Stage.WRITING, done));
        Map<String, List<Part>> missing = new LinkedHashMap<>(shards);
        missing.entrySet().removeIf(shard -> target.hasShard(shard.getKey(), shard.getValue()));
        resumed = shards.size() - missing.size();
        requireRoom(folder, missing);
        for (Map.Entry<String, List<Part>> shard : shards.entrySet()) {
            List<Part> parts = shard.getValue();
            if (!missing.containsKey(shard.getKey())) {
                strips.count(parts.stream().mapToLong(Part::weights).sum());
                continue;
            }
            source.checkUnchanged();
            try (ShardFile file =
                    ShardFile.create(target.resolve(shard.getKey()), CopyPlan.specs(parts))) {
                for (Part part : parts) {
                    part.write(file, strips);
                }
                source.checkUnchanged();
                file.finish();
            }
        }
    }

    private static void requireRoom(Path folder, Map<String, List<Part>> missing)
            throws IOException {
        long needed =
                ROOM_TO_SPARE
                        + missing.values().stream()
                                .flatMap(List::stream)
                                .mapToLong(CopyPlan::bytes)
                                .sum();
        long room = Files.getFileStore(folder).getUsableSpace();
        if (needed > room) {
            throw new IllegalArgumentException(
                    "%s: needs %d MiB more, the disk has room for %d MiB"
                            .formatted(folder, needed >> 20, room >> 20));
        }
    }

    /** A copy that is no good does not stay open to anybody. */
    private ErrorSum verify(Path folder) throws IOException {
        boolean good = false;
        ErrorSum errors = new ErrorSum();
        strips.count(done -> tell(Stage.VERIFYING, done));
        try (WrittenCopy copy = WrittenCopy.open(folder)) {
            for (Part part : plan.parts()) {
                part.verify(copy, strips, errors);
            }
            good = true;
        } finally {
            if (!good) {
                Files.deleteIfExists(target.resolve(CONFIG));
            }
        }
        return errors;
    }

    private void tell(Stage stage, long done) {
        progress.accept(new CopyProgress(stage, done, plan.weights()));
    }

    private CopyReport report(int shards, ErrorSum errors) {
        return new CopyReport(
                shards,
                resumed,
                source.tensors().stream().mapToLong(StoredTensor::bytes).sum(),
                plan.bytes(),
                plan.quantised(),
                plan.kept(),
                errors.relative());
    }
}
