package dev.altiplano.loader.internal;

import dev.altiplano.kernels.DType;
import dev.altiplano.kernels.Order;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Which codes share a scale, told from the shape of the scales.
 *
 * @param outputBlock outputs that share a scale
 * @param inputBlock inputs that share a scale
 */
record ScaleLayout(int outputBlock, int inputBlock) {
    private static final int NVFP4_GROUP = 16;

    /** A layout, the shapes in which it may come, and its meaning. */
    private record Candidate(ScaleLayout layout, List<List<Long>> shapes, String meaning) {
        private String inWords() {
            return "%s (%s)".formatted(shapes.getFirst(), meaning);
        }
    }

    /**
     * The layout of scales of the given shape.
     *
     * @param shape outermost first, of one matrix
     */
    static Optional<ScaleLayout> of(List<Long> shape, Codes codes, Scheme scheme) {
        return candidates(codes, scheme).stream()
                .filter(candidate -> candidate.shapes().contains(shape))
                .map(Candidate::layout)
                .findFirst();
    }

    /** Every shape that would do, for messages. */
    static String expected(Codes codes, Scheme scheme) {
        return candidates(codes, scheme).stream()
                .map(Candidate::inWords)
                .collect(Collectors.joining(" or "));
    }

    private static List<Candidate> candidates(Codes codes, Scheme scheme) {
        long outputs = codes.outputs();
        boolean outputMajor = codes.order() == Order.OUTPUT_MAJOR;
        List<Candidate> all = new ArrayList<>();
        all.add(
                new Candidate(
                        new ScaleLayout(codes.outputs(), codes.inputs()),
                        List.of(List.of(), List.of(1L), List.of(1L, 1L)),
                        "one for all"));
        all.add(
                new Candidate(
                        new ScaleLayout(1, codes.inputs()),
                        outputMajor
                                ? List.of(List.of(outputs, 1L), List.of(outputs))
                                : List.of(
                                        List.of(1L, outputs),
                                        List.of(outputs, 1L),
                                        List.of(outputs)),
                        "one an output"));
        for (int group : groups(codes, scheme)) {
            long groups = ceil(codes.inputs(), group);
            all.add(
                    new Candidate(
                            new ScaleLayout(1, group),
                            List.of(
                                    outputMajor
                                            ? List.of(outputs, groups)
                                            : List.of(groups, outputs)),
                            "groups of %d inputs".formatted(group)));
        }
        if (outputMajor) {
            all.add(
                    new Candidate(
                            new ScaleLayout(scheme.outputBlock(), scheme.inputBlock()),
                            List.of(
                                    List.of(
                                            ceil(codes.outputs(), scheme.outputBlock()),
                                            ceil(codes.inputs(), scheme.inputBlock()))),
                            "blocks of %d outputs and %d inputs"
                                    .formatted(scheme.outputBlock(), scheme.inputBlock())));
        }
        return all;
    }

    /** Sizes that a number of groups tells apart; where it does not, none of them. */
    private static List<Integer> groups(Codes codes, Scheme scheme) {
        Set<Integer> named =
                codes.dtype() == DType.F4_E2M1 ? Set.of(NVFP4_GROUP) : scheme.groupSizes();
        Set<Integer> sizes = named.isEmpty() ? Set.of(Scheme.USUAL_BLOCK) : named;
        Map<Long, List<Integer>> byCount =
                sizes.stream()
                        .filter(size -> size < codes.inputs()) // else it is one an output
                        .sorted()
                        .collect(Collectors.groupingBy(size -> ceil(codes.inputs(), size)));
        return byCount.values().stream()
                .filter(same -> same.size() == 1)
                .map(List::getFirst)
                .sorted()
                .toList();
    }

    private static long ceil(int size, int block) {
        return (size + block - 1L) / block;
    }
}
