package dev.altiplano;

import dev.altiplano.kernels.DType;
import dev.altiplano.kernels.Matrix;
import dev.altiplano.kernels.Order;
import dev.altiplano.loader.AttentionWeights;
import dev.altiplano.loader.DenseWeights;
import dev.altiplano.loader.FeedForwardWeights;
import dev.altiplano.loader.GateUp;
import dev.altiplano.loader.MixtureWeights;
import dev.altiplano.loader.TextWeights;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;

/** The matrices that a token is multiplied by. */
final class Matrices {
    private record Kind(DType dtype, Order order) {}

    private Matrices() {}

    /** One matrix for each way in which matrices are stored: the one with most elements. */
    static Collection<Matrix> largestOfEachKind(TextWeights weights) {
        Map<Kind, Matrix> largest = new LinkedHashMap<>();
        all(weights)
                .forEach(matrix ->
                        largest.merge(
                                new Kind(matrix.dtype(), matrix.order()),
                                matrix,
                                (a, b) -> elements(b) > elements(a) ? b : a));
        return largest.values();
    }

    private static long elements(Matrix matrix) {
        return (long) matrix.outputs() * matrix.inputs();
    }

    private static Stream<Matrix> all(TextWeights weights) {
        return Stream.concat(
                Stream.of(weights.head()),
                weights.layers().stream()
                        .flatMap(layer ->
                                Stream.concat(of(layer.attention()), of(layer.feedForward()))));
    }

    private static Stream<Matrix> of(AttentionWeights attention) {
        return Stream.of(attention.q(), attention.k(), attention.v(), attention.o());
    }

    private static Stream<Matrix> of(FeedForwardWeights feedForward) {
        return switch (feedForward) {
            case DenseWeights dense -> of(dense);
            case MixtureWeights mixture ->
                    Stream.concat(
                            of(mixture.shared()), mixture.experts().stream().flatMap(Matrices::of));
        };
    }

    private static Stream<Matrix> of(DenseWeights dense) {
        return switch (dense.gateUp()) {
            case GateUp.Fused(Matrix both) -> Stream.of(both, dense.down());
            case GateUp.Split(Matrix gate, Matrix up) -> Stream.of(gate, up, dense.down());
        };
    }
}
