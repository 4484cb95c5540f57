package dev.altiplano.cli;

import dev.altiplano.kernels.Matrix;
import dev.altiplano.loader.AttentionWeights;
import dev.altiplano.loader.Checkpoint;
import dev.altiplano.loader.DenseWeights;
import dev.altiplano.loader.FeedForwardWeights;
import dev.altiplano.loader.GateUp;
import dev.altiplano.loader.LayerWeights;
import dev.altiplano.loader.MixtureWeights;
import dev.altiplano.loader.SafetensorsFile;
import dev.altiplano.loader.StoredTensor;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Compares recorded rows of dequantised weights, number by number: tensors {@code
 * dequantised.NAME}, F32 {@code [rows, columns]}. NAME is what the tensor has in the unquantised
 * layout; of fused experts, the rows are those of the first expert, one an input.
 */
final class DequantisedCheck {
    private static final String PREFIX = "dequantised.";
    private static final Pattern NAME =
            Pattern.compile(".*\\blayers\\.(?<layer>\\d{1,6})\\.(?<part>.+?)(\\.weight)?");
    private static final Pattern EXPERT =
            Pattern.compile("experts\\.(?<expert>\\d{1,6})\\.(?<projection>.+)");
    private static final ValueLayout.OfFloat FLOAT =
            ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final Checkpoint checkpoint;
    private final SafetensorsFile tensors;

    DequantisedCheck(Checkpoint checkpoint, SafetensorsFile tensors) {
        this.checkpoint = checkpoint;
        this.tensors = tensors;
    }

    /** The recorded tensors, if there are any. */
    static List<StoredTensor> recorded(SafetensorsFile tensors) {
        return tensors.tensors().stream()
                .filter(tensor -> tensor.name().startsWith(PREFIX))
                .toList();
    }

    /** What is wrong with one of them. */
    Optional<String> fault(StoredTensor tensor) {
        String name = tensor.name().substring(PREFIX.length());
        Optional<Rows> found = rows(name);
        if (found.isEmpty()) {
            return Optional.of("%s is no weight of this model".formatted(name));
        }
        Rows rows = found.get();
        List<Long> shape = tensor.shape();
        if (!tensor.dtype().equals("F32")
                || shape.size() != 2
                || shape.get(0) > rows.count()
                || shape.get(1) != rows.width()) {
            return Optional.of(
                    "tensor '%s' is %s %s, expected F32 [%d or less, %d]"
                            .formatted(
                                    tensor.name(),
                                    tensor.dtype(),
                                    shape,
                                    rows.count(),
                                    rows.width()));
        }
        return firstDifference(name, rows, tensors.data(tensor.name()), shape.get(0));
    }

    private static Optional<String> firstDifference(
            String name, Rows rows, MemorySegment recorded, long count) {
        long at = 0;
        for (int r = 0; r < count; r++) {
            for (int c = 0; c < rows.width(); c++, at += 4) {
                float wanted = recorded.get(FLOAT, at);
                float got = rows.at(r, c);
                if (got != wanted) { // zeros may differ in sign
                    return Optional.of(
                            "%s[%d, %d] is %s, expected %s".formatted(name, r, c, got, wanted));
                }
            }
        }
        return Optional.empty();
    }

    /** Rows of a weight in the unquantised layout. */
    private sealed interface Rows {
        int count();

        int width();

        float at(int row, int column);
    }

    /** One row an output. */
    private record ByOutput(Matrix matrix) implements Rows {
        @Override
        public int count() {
            return matrix.outputs();
        }

        @Override
        public int width() {
            return matrix.inputs();
        }

        @Override
        public float at(int row, int column) {
            return matrix.weight(row, column);
        }
    }

    /** One row an input; the outputs of several matrices side by side. */
    private record ByInput(List<Matrix> parts) implements Rows {
        @Override
        public int count() {
            return parts.getFirst().inputs();
        }

        @Override
        public int width() {
            return parts.stream().mapToInt(Matrix::outputs).sum();
        }

        @Override
        public float at(int row, int column) {
            int output = column;
            for (Matrix part : parts) {
                if (output < part.outputs()) {
                    return part.weight(output, row);
                }
                output -= part.outputs();
            }
            throw new IndexOutOfBoundsException(column);
        }
    }

    private Optional<Rows> rows(String name) {
        Matcher matcher = NAME.matcher(name);
        if (!matcher.matches()) {
            return Optional.empty();
        }
        int layer = Integer.parseInt(matcher.group("layer"));
        List<LayerWeights> layers = checkpoint.text().layers();
        if (layer >= layers.size()) {
            return Optional.empty();
        }
        LayerWeights weights = layers.get(layer);
        String part = matcher.group("part");
        if (part.startsWith("self_attn.")) {
            return attention(weights.attention(), part.substring("self_attn.".length()));
        }
        return part.startsWith("feed_forward.")
                ? feedForward(weights.feedForward(), part.substring("feed_forward.".length()))
                : Optional.empty();
    }

    private static Optional<Rows> attention(AttentionWeights weights, String projection) {
        return switch (projection) {
            case "q_proj" -> Optional.of(new ByOutput(weights.q()));
            case "k_proj" -> Optional.of(new ByOutput(weights.k()));
            case "v_proj" -> Optional.of(new ByOutput(weights.v()));
            case "o_proj" -> Optional.of(new ByOutput(weights.o()));
            default -> Optional.empty();
        };
    }

    private static Optional<Rows> feedForward(FeedForwardWeights weights, String part) {
        return switch (weights) {
            case DenseWeights dense -> projection(dense, part);
            case MixtureWeights mixture -> mixture(mixture, part);
        };
    }

    private static Optional<Rows> mixture(MixtureWeights mixture, String part) {
        Matcher expert = EXPERT.matcher(part);
        if (expert.matches()) {
            int j = Integer.parseInt(expert.group("expert"));
            return j < mixture.experts().size()
                    ? projection(mixture.experts().get(j), expert.group("projection"))
                    : Optional.empty();
        }
        DenseWeights first = mixture.experts().getFirst();
        return switch (part) {
            case "experts.gate_up_proj" -> Optional.of(new ByInput(gateUp(first)));
            case "experts.down_proj" -> Optional.of(new ByInput(List.of(first.down())));
            case "router" -> Optional.of(new ByOutput(mixture.router()));
            default ->
                    part.startsWith("shared_expert.")
                            ? projection(
                                    mixture.shared(), part.substring("shared_expert.".length()))
                            : Optional.empty();
        };
    }

    private static List<Matrix> gateUp(DenseWeights weights) {
        return switch (weights.gateUp()) {
            case GateUp.Fused(Matrix gateUp) -> List.of(gateUp);
            case GateUp.Split(Matrix gate, Matrix up) -> List.of(gate, up);
        };
    }

    private static Optional<Rows> projection(DenseWeights weights, String name) {
        List<Matrix> gateUp = gateUp(weights);
        return switch (name) {
            case "gate_proj" -> Optional.of(new ByOutput(gateUp.getFirst()));
            case "up_proj" -> Optional.of(new ByOutput(gateUp.getLast()));
            case "down_proj" -> Optional.of(new ByOutput(weights.down()));
            default -> Optional.empty();
        };
    }
}
