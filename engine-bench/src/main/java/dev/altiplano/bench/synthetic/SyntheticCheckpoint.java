package dev.altiplano.bench.synthetic;

import dev.altiplano.kernels.Workers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * A Llama 4 folder with random weights: opens, answers and reads memory as a real one of its shape
 * does, and says nothing sensible.
 *
 * <p>Weights have the variance that keeps activations at the same scale from layer to layer, so all
 * numbers stay finite. There is no tokenizer.
 *
 * @param shape sizes of the model
 * @param format how its weights are stored
 * @param seed another one gives other weights
 * @param shardBytes a shard is closed when the next tensor would make it longer
 */
public record SyntheticCheckpoint(
        SyntheticShape shape, SyntheticFormat format, long seed, long shardBytes) {
    private static final long SHARD_BYTES = 4L << 30;
    private static final long ROOM_TO_SPARE = 64L << 20;

    /** Checks the sizes against each other. */
    public SyntheticCheckpoint {
        shape.requireConsistent();
        if (shardBytes < 1) {
            throw new IllegalArgumentException(
                    "a shard of %d bytes, expected 1 or more".formatted(shardBytes));
        }
    }

    /** With shards of about 4 GiB. */
    public SyntheticCheckpoint(SyntheticShape shape, SyntheticFormat format, long seed) {
        this(shape, format, seed, SHARD_BYTES);
    }

    /**
     * Bytes of all tensors.
     *
     * @throws IllegalArgumentException if there are 2^63 or more
     */
    public long bytes() {
        try {
            return tensors().stream().mapToLong(SyntheticTensor::bytes).reduce(0, Math::addExact);
        } catch (ArithmeticException e) {
            throw new IllegalArgumentException("%s is too large to be written".formatted(shape), e);
        }
    }

    private List<SyntheticTensor> tensors() {
        return SyntheticTensors.of(shape, format);
    }

    /**
     * Writes the folder. {@code config.json} comes last: until then it opens for nobody. After a
     * failure nothing of it remains.
     *
     * @param folder does not exist yet, or is empty
     * @param threads that make numbers, at least 1; the bytes do not depend on it
     * @param progress is told in words how far it is
     * @throws IllegalArgumentException if the folder holds something, or the disk lacks room
     * @throws UncheckedIOException if something cannot be written
     */
    public void write(Path folder, int threads, Consumer<String> progress) {
        try {
            Files.createDirectories(folder);
            requireEmpty(folder);
            requireRoom(folder);
            List<Path> written = new ArrayList<>();
            boolean complete = false;
            try (Workers workers = new Workers(threads)) {
                writeFiles(folder, workers, written, progress);
                complete = true;
            } finally {
                if (!complete) {
                    for (Path file : written) {
                        Files.deleteIfExists(file);
                    }
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void requireEmpty(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            if (files.findAny().isPresent()) {
                throw new IllegalArgumentException(
                        "%s: is not empty, expected a new folder".formatted(folder));
            }
        }
    }

    private void requireRoom(Path folder) throws IOException {
        long needed = Math.addExact(bytes(), ROOM_TO_SPARE);
        long room = Files.getFileStore(folder).getUsableSpace();
        if (needed > room) {
            throw new IllegalArgumentException(
                    "%s: needs %s, the disk has room for %s"
                            .formatted(folder, gib(needed), gib(room)));
        }
    }

    private void writeFiles(
            Path folder, Workers workers, List<Path> written, Consumer<String> progress)
            throws IOException {
        List<List<SyntheticTensor>> shards = shards();
        Map<String, String> fileOfTensor = new LinkedHashMap<>();
        long total = bytes();
        ShardWriter writer =
                new ShardWriter(workers, seed, done -> progress.accept(inWords(done, total)));
        for (int i = 0; i < shards.size(); i++) {
            String name =
                    shards.size() == 1
                            ? "model.safetensors"
                            : String.format(
                                    Locale.ROOT,
                                    "model-%05d-of-%05d.safetensors",
                                    i + 1,
                                    shards.size());
            shards.get(i).forEach(tensor -> fileOfTensor.put(tensor.spec().name(), name));
            written.add(folder.resolve(name));
            writer.write(folder.resolve(name), shards.get(i));
        }
        if (shards.size() > 1) {
            String index = SyntheticConfig.index(total, fileOfTensor);
            writeText(folder.resolve("model.safetensors.index.json"), index, written);
        }
        if (format == SyntheticFormat.FP8_FUSED) {
            String config = SyntheticConfig.modelOptConfig();
            writeText(folder.resolve("hf_quant_config.json"), config, written);
        }
        String generation = SyntheticConfig.generationConfig(shape);
        writeText(folder.resolve("generation_config.json"), generation, written);
        writeText(folder.resolve("config.json"), SyntheticConfig.config(shape, format), written);
    }

    private static void writeText(Path file, String text, List<Path> written) throws IOException {
        written.add(file);
        Files.writeString(file, text);
    }

    /** At least one tensor each. */
    private List<List<SyntheticTensor>> shards() {
        List<List<SyntheticTensor>> shards = new ArrayList<>();
        long size = 0;
        for (SyntheticTensor tensor : tensors()) {
            if (shards.isEmpty() || size + tensor.bytes() > shardBytes) {
                shards.add(new ArrayList<>());
                size = 0;
            }
            shards.getLast().add(tensor);
            size += tensor.bytes();
        }
        return shards;
    }

    private static String inWords(long done, long total) {
        return "%s of %s written".formatted(gib(done), gib(total));
    }

    private static String gib(long bytes) {
        return String.format(Locale.ROOT, "%.2f GiB", bytes / (double) (1 << 30));
    }
}
