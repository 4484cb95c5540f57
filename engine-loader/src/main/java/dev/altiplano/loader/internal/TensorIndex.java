package dev.altiplano.loader.internal;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.altiplano.loader.CheckpointException;

import org.jspecify.annotations.Nullable;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/** Every tensor of a folder by its name, in one file or in the shards that an index lists. */
public final class TensorIndex {
    private static final String SINGLE = "model.safetensors";
    private static final String INDEX = "model.safetensors.index.json";

    /** Places of a tensor that its fingerprint looks at, and bytes at each. */
    private static final int SAMPLES = 5;

    private static final long SAMPLE = 256;

    private final String file;
    private final List<Shard> shards;
    private final Map<String, MappedTensor> tensors;

    private TensorIndex(String file, List<Shard> shards) {
        this.file = file;
        this.shards = List.copyOf(shards);
        int count = shards.stream().mapToInt(shard -> shard.tensors().size()).sum();
        this.tensors = LinkedHashMap.newLinkedHashMap(count);
        for (Shard shard : shards) {
            for (MappedTensor tensor : shard.tensors()) {
                MappedTensor other = tensors.putIfAbsent(tensor.stored().name(), tensor);
                if (other != null) {
                    throw new CheckpointException(
                            "%s: tensor '%s' is also in %s"
                                    .formatted(
                                            shard.file(),
                                            Shown.text(tensor.stored().name()),
                                            other.stored().file()));
                }
            }
        }
    }

    /**
     * Maps all shards of {@code folder} until {@code arena} is closed.
     *
     * @throws CheckpointException if one is missing or broken, or they do not hold what the index
     *     says
     */
    public static TensorIndex open(Path folder, Arena arena) {
        if (SmallFile.exists(folder.resolve(SINGLE))) { // wins over an index, as in transformers
            return new TensorIndex(SINGLE, List.of(Shard.map(folder.resolve(SINGLE), arena)));
        }
        Path index = folder.resolve(INDEX);
        if (!SmallFile.exists(index)) {
            throw new CheckpointException(
                    "%s: is missing from the folder, and so is %s (expected the Hugging Face layout)"
                            .formatted(SINGLE, INDEX));
        }
        Map<String, String> shardOf = WeightMap.read(index);
        List<Shard> shards = new ArrayList<>();
        for (String shard : new TreeSet<>(shardOf.values())) {
            shards.add(Shard.map(resolve(folder, shard), arena));
        }
        TensorIndex all = new TensorIndex(INDEX, shards);
        all.requireAgreement(shardOf);
        return all;
    }

    private static Path resolve(Path folder, String shard) {
        try {
            Path path = folder.resolve(shard);
            if (!SmallFile.exists(path)) {
                throw new CheckpointException(
                        "%s: is missing from the folder, although weight_map of %s names it"
                                .formatted(SmallFile.name(path), INDEX));
            }
            return path;
        } catch (InvalidPathException e) {
            throw new CheckpointException(
                    "%s: weight_map names '%s', which is no possible file name here"
                            .formatted(INDEX, Shown.text(shard)),
                    e);
        }
    }

    private void requireAgreement(Map<String, String> shardOf) {
        for (MappedTensor tensor : tensors.values()) {
            String name = tensor.stored().name();
            String listed = shardOf.get(name);
            if (listed == null || !tensor.stored().file().equals(Shown.text(listed))) {
                throw new CheckpointException(
                        "%s: tensor '%s' is here, but weight_map of %s %s"
                                .formatted(
                                        tensor.stored().file(),
                                        Shown.text(name),
                                        INDEX,
                                        listed == null
                                                ? "does not list it"
                                                : "says " + Shown.text(listed)));
            }
        }
        for (Map.Entry<String, String> listed : shardOf.entrySet()) {
            if (!tensors.containsKey(listed.getKey())) {
                throw new CheckpointException(
                        "%s: has no tensor '%s', although weight_map of %s says so"
                                .formatted(
                                        Shown.text(listed.getValue()),
                                        Shown.text(listed.getKey()),
                                        INDEX));
            }
        }
    }

    /** Name of the file that should list a missing tensor. */
    String file() {
        return file;
    }

    /** The shards in the order of their names. */
    public List<Shard> shards() {
        return shards;
    }

    /** All tensors, shard by shard in the order of their data. */
    public Collection<MappedTensor> tensors() {
        return Collections.unmodifiableCollection(tensors.values());
    }

    /** The tensor of that name, or null. */
    public @Nullable MappedTensor find(String name) {
        return tensors.get(name);
    }

    /** Whether there are tensors of an image tower. */
    public boolean hasVision() {
        return tensors.keySet().stream().anyMatch(TextNames::isVision);
    }

    /**
     * SHA-256 of {@code seed}, and name, size and header of each shard; hexadecimal.
     *
     * @param seed what else makes this checkpoint different from others
     */
    public String fingerprint(String seed) {
        MessageDigest digest = Sha256.start();
        digest.update(seed.getBytes(UTF_8));
        for (Shard shard : shards) {
            String line = "\n%s %d %s".formatted(shard.file(), shard.size(), shard.headerDigest());
            digest.update(line.getBytes(UTF_8));
        }
        return Sha256.hex(digest);
    }

    /**
     * SHA-256 of {@code seed} and of bytes at the start, in the middle and at the end of each
     * tensor; hexadecimal.
     */
    public String sampledFingerprint(String seed) {
        MessageDigest digest = Sha256.start();
        digest.update(seed.getBytes(UTF_8));
        for (MappedTensor tensor : tensors.values()) {
            MemorySegment data = tensor.data();
            long count = Math.min(SAMPLE, data.byteSize());
            for (int i = 0; i < SAMPLES; i++) {
                long from = (data.byteSize() - count) / (SAMPLES - 1) * i;
                digest.update(data.asSlice(from, count).toArray(JAVA_BYTE));
            }
        }
        return Sha256.hex(digest);
    }
}
