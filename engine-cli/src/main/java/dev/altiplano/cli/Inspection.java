package dev.altiplano.cli;

import dev.altiplano.MemoryPlan;
import dev.altiplano.PerformanceFinding;
import dev.altiplano.bench.TokenCost;
import dev.altiplano.bench.TokenWork;
import dev.altiplano.loader.Checkpoint;
import dev.altiplano.loader.LayerKind;
import dev.altiplano.loader.Llama4Config;
import dev.altiplano.loader.StoredTensor;

import java.nio.file.Files;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * What there is to say about a checkpoint.
 *
 * @param checkpoint still open
 * @param findings why it would be slow here
 */
record Inspection(Checkpoint checkpoint, MemoryPlan plan, List<PerformanceFinding> findings) {
    /**
     * Some tensors that have something in common.
     *
     * @param name what they have in common
     * @param elements numbers in all of them
     */
    record Group(String name, int tensors, long elements, long bytes) {
        private Group plus(Group other) {
            return new Group(
                    name, tensors + other.tensors, elements + other.elements, bytes + other.bytes);
        }
    }

    Llama4Config config() {
        return checkpoint.config();
    }

    WeightFormats formats() {
        return WeightFormats.of(checkpoint);
    }

    TokenCost traffic() {
        return TokenWork.of(checkpoint).weightBytes();
    }

    List<Group> byDType() {
        return groups(StoredTensor::dtype);
    }

    List<Group> byFile() {
        return groups(StoredTensor::file);
    }

    private List<Group> groups(Function<StoredTensor, String> name) {
        Map<String, Group> groups = new TreeMap<>();
        for (StoredTensor tensor : checkpoint.tensors()) {
            long elements = tensor.shape().stream().reduce(1L, (a, b) -> a * b);
            Group group = new Group(name.apply(tensor), 1, elements, tensor.bytes());
            groups.merge(group.name(), group, Group::plus);
        }
        return List.copyOf(groups.values());
    }

    /** Numbers of layers, counted from 1, by what they are made of. */
    Map<String, List<Integer>> layersByKind() {
        Map<String, List<Integer>> byKind = new LinkedHashMap<>();
        int number = 1;
        for (LayerKind kind : config().layers()) {
            byKind.computeIfAbsent(LayerNames.of(kind), _ -> new ArrayList<>()).add(number++);
        }
        return byKind;
    }

    /** The file that the tokenizer is read from. */
    Optional<String> tokenizerFile() {
        return Stream.of("tokenizer.json", "tokenizer.model")
                .filter(file -> Files.exists(checkpoint.folder().resolve(file)))
                .findFirst();
    }

    boolean hasChatTemplate() {
        return checkpoint.tokenizerFolder().chatTemplate().isPresent();
    }
}
