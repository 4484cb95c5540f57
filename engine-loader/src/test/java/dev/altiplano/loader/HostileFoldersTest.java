package dev.altiplano.loader;

import static org.assertj.core.api.Assertions.assertThat;

import dev.altiplano.kernels.Matrix;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * Whatever is in a folder: one {@link CheckpointException} that names a file, within a second and
 * 64 MB; or, where a fault leaves the folder valid, the same tensors.
 */
@Timeout(120) // a hang
class HostileFoldersTest {
    private static final double MOST_SECONDS = 1;
    private static final long MOST_BYTES = 64 << 20;
    private static final String NAMES_A_FILE =
            "(config|generation_config|hf_quant_config|preprocessor_config|processor_config)\\.json:"
                + " .+|model(-0000[12]-of-00002)?\\.safetensors(\\.index\\.json)?:"
                + " .+|.*\\.safetensors: is missing from the folder, although weight_map of"
                + " model\\.safetensors\\.index\\.json names it";

    @TempDir Path folder;

    @Test
    void everyFaultOfASingleFileIsAnswered() throws IOException {
        Path good = TinyFolder.in(folder.resolve("good")).write();

        assertAnswered(good, Faults.ofSingleFile(FolderFiles.read(good)), 400);
    }

    @Test
    void everyFaultOfAShardedFolderIsAnswered() throws IOException {
        Path good = TinyFolder.in(folder.resolve("good")).writeSharded();

        assertAnswered(good, Faults.ofShards(FolderFiles.read(good)), 120);
    }

    @Test
    void everyFaultOfAQuantisedFolderIsAnswered() throws IOException {
        Path good = QuantisedFolder.in(folder.resolve("good")).write();

        assertAnswered(
                good,
                Faults.ofQuantisedFolder(FolderFiles.read(good)),
                250,
                HostileFoldersTest::readEveryWeight);
    }

    @Test
    void everyRandomFaultOfAQuantisedFolderIsAnswered() throws IOException {
        long seed = Long.getLong("altiplano.seed", 20_250_406);
        System.out.println("HostileFoldersTest: -Daltiplano.seed=" + seed);
        Path good = QuantisedFolder.in(folder.resolve("good")).writeSharded();

        assertAnswered(
                good,
                RandomFaults.of(FolderFiles.read(good), seed),
                300,
                HostileFoldersTest::readEveryWeight);
    }

    /** Scales that are no numbers are refused; whatever opens has weights that are. */
    @Test
    void everyRandomScaleZeroPointAndShapeIsAnswered() throws IOException {
        long seed = Long.getLong("altiplano.seed", 20_250_407);
        System.out.println("HostileFoldersTest: -Daltiplano.seed=" + seed);
        Path good = QuantisedFolder.in(folder.resolve("good")).write();

        assertAnswered(
                good,
                RandomFaults.ofData(FolderFiles.read(good), "model.safetensors", seed),
                60,
                HostileFoldersTest::readEveryWeight);
    }

    @Test
    void everyRandomFaultIsAnswered() throws IOException {
        long seed = Long.getLong("altiplano.seed", 20_250_405);
        System.out.println("HostileFoldersTest: -Daltiplano.seed=" + seed);
        Path good = TinyFolder.in(folder.resolve("good")).writeSharded();

        assertAnswered(good, RandomFaults.of(FolderFiles.read(good), seed), 300);
    }

    @Test
    void everyRandomFaultBesideAnImageTowerIsAnswered() throws IOException {
        long seed = Long.getLong("altiplano.seed", 20_250_406);
        System.out.println("HostileFoldersTest: -Daltiplano.seed=" + seed);
        TinyVision tiny = TinyVision.in(folder.resolve("good"));
        tiny.folder.writeText(
                "preprocessor_config.json",
                "{\"size\": {\"height\": 8, \"width\": 8}, \"max_patches\": 4, \"resample\": 2}");
        tiny.folder.writeText("processor_config.json", "{\"patch_token\": \"<|patch|>\"}");
        Path good = tiny.folder.writeSharded();

        assertAnswered(good, RandomFaults.of(FolderFiles.read(good), seed), 300);
    }

    private void assertAnswered(Path good, Stream<Fault> faults, int atLeast) throws IOException {
        Map<String, String> expected = open(good);
        assertAnswered(good, faults, atLeast, bad -> assertThat(open(bad)).isEqualTo(expected));
    }

    /** Codes of one format may be those of another: then it is enough that they can be read. */
    private static void readEveryWeight(Path bad) {
        try (Checkpoint checkpoint = Checkpoint.open(bad)) {
            for (LayerWeights layer : checkpoint.text().layers()) {
                AttentionWeights attention = layer.attention();
                Stream.of(attention.q(), attention.k(), attention.v(), attention.o())
                        .forEach(HostileFoldersTest::readEveryWeight);
                switch (layer.feedForward()) {
                    case DenseWeights dense -> readEveryWeight(dense);
                    case MixtureWeights mixture ->
                            mixture.experts().forEach(HostileFoldersTest::readEveryWeight);
                }
            }
        }
    }

    private static void readEveryWeight(DenseWeights weights) {
        switch (weights.gateUp()) {
            case GateUp.Fused(Matrix gateUp) -> readEveryWeight(gateUp);
            case GateUp.Split(Matrix gate, Matrix up) -> {
                readEveryWeight(gate);
                readEveryWeight(up);
            }
        }
        readEveryWeight(weights.down());
    }

    private static void readEveryWeight(Matrix m) {
        for (int o = 0; o < m.outputs(); o++) {
            for (int i = 0; i < m.inputs(); i++) {
                assertThat(m.weight(o, i)).isNotNaN();
            }
        }
    }

    private void assertAnswered(
            Path good, Stream<Fault> faults, int atLeast, Consumer<Path> checkOpened)
            throws IOException {
        FolderFiles files = FolderFiles.read(good);
        checkOpened.accept(good); // also loads all classes
        int refused = 0;
        for (Fault fault : (Iterable<Fault>) faults::iterator) {
            FolderFiles spoilt = files.copy();
            fault.spoil().accept(spoilt);
            Path bad = folder.resolve("bad");
            spoilt.writeTo(bad);
            refused += isRefused(bad, fault.name(), checkOpened) ? 1 : 0;
        }
        assertThat(refused).as("refused folders").isGreaterThanOrEqualTo(atLeast);
    }

    private static boolean isRefused(Path bad, String fault, Consumer<Path> checkOpened) {
        boolean[] refused = new boolean[1];
        Cost cost =
                Cost.of(() -> {
                    try {
                        Checkpoint.open(bad).close();
                    } catch (CheckpointException e) {
                        refused[0] = true;
                        assertThat(e.getMessage())
                                .as(fault)
                                .matches(NAMES_A_FILE)
                                .hasSizeLessThan(2_000);
                    } catch (Throwable e) {
                        throw new AssertionError(fault + " ended in " + e, e);
                    }
                });
        assertThat(cost.seconds()).as("seconds for " + fault).isLessThan(MOST_SECONDS);
        assertThat(cost.bytes()).as("bytes for " + fault).isLessThan(MOST_BYTES);
        if (!refused[0]) {
            try {
                checkOpened.accept(bad);
            } catch (RuntimeException | AssertionError e) {
                throw new AssertionError(fault + ": " + e.getMessage(), e);
            }
        }
        return refused[0];
    }

    /** What a folder holds: dtype, shape and data by tensor. */
    private static Map<String, String> open(Path folder) {
        Map<String, String> contents = new TreeMap<>();
        try (Checkpoint checkpoint = Checkpoint.open(folder)) {
            for (StoredTensor tensor : checkpoint.tensors()) {
                try (SafetensorsFile file = SafetensorsFile.open(folder.resolve(tensor.file()))) {
                    byte[] data = file.data(tensor.name()).toArray(ValueLayout.JAVA_BYTE);
                    contents.put(
                            tensor.name(), tensor.dtype() + tensor.shape() + Arrays.hashCode(data));
                }
            }
        }
        return contents;
    }
}
