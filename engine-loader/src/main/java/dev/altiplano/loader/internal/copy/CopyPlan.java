package dev.altiplano.loader.internal.copy;

import dev.altiplano.kernels.DType;
import dev.altiplano.kernels.Matrix;
import dev.altiplano.kernels.Order;
import dev.altiplano.loader.AttentionBiases;
import dev.altiplano.loader.LayerWeights;
import dev.altiplano.loader.QuantisedCopy;
import dev.altiplano.loader.TensorSpec;
import dev.altiplano.loader.TextWeights;
import dev.altiplano.loader.internal.MappedTensor;
import dev.altiplano.loader.internal.StoredDType;
import dev.altiplano.loader.internal.TensorIndex;
import dev.altiplano.loader.internal.TextNames;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;

/** Which tensors a copy consists of, what each is made from, and in which shard it lies. */
final class CopyPlan {
    private final QuantisedCopy copy;
    private final TextWeights text;
    private final TextNames names;
    private final Encoding encoding;
    private final List<Linear> linears;
    private final List<Part> parts = new ArrayList<>();
    private final List<String> ignored = new ArrayList<>();

    private CopyPlan(QuantisedCopy copy, TextWeights text, TensorIndex index) {
        this.copy = copy;
        this.text = text;
        this.names = TextNames.of(index);
        this.encoding = encoding(copy, plainType(text));
        this.linears = TextLinears.of(text, names);
    }

    /**
     * Plans a copy.
     *
     * @throws IllegalArgumentException if a pattern matches nothing, nothing is left to encode, or
     *     groups do not fit
     */
    static CopyPlan of(QuantisedCopy copy, TextWeights text, TensorIndex index) {
        CopyPlan plan = new CopyPlan(copy, text, index);
        plan.requireMatches();
        plan.addLinears();
        plan.addVectors();
        plan.addVision(index);
        if (plan.quantised() == 0) {
            throw new IllegalArgumentException(
                    "all %d linear maps are to be kept: nothing is left to encode"
                            .formatted(plan.linears.size()));
        }
        return plan;
    }

    private static Encoding encoding(QuantisedCopy copy, DType plain) {
        int group = copy.group().orElse(copy.format().usualGroup().orElse(Encoding.WHOLE_OUTPUT));
        // what F16 cannot hold with all its digits is common among scales
        return new Encoding(copy.format(), group, plain == DType.BF16 ? DType.BF16 : DType.F32);
    }

    /** The type of what the model does not quantise. */
    private static DType plainType(TextWeights text) {
        Matrix embedding = text.embedding();
        return isPlain(embedding) ? embedding.dtype() : text.norm().dtype();
    }

    private static boolean isPlain(Matrix m) {
        return m.scales() == null
                && (m.dtype() == DType.F32 || m.dtype() == DType.F16 || m.dtype() == DType.BF16);
    }

    private void requireMatches() {
        for (Pattern pattern : copy.keep()) {
            if (linears.stream().noneMatch(linear -> pattern.matcher(linear.name()).find())) {
                throw new IllegalArgumentException(
                        "'%s' is found in no module's name; one is '%s'"
                                .formatted(pattern, linears.get(linears.size() / 2).name()));
            }
        }
    }

    private boolean isEncoded(Linear linear) {
        boolean candidate =
                switch (linear.role()) {
                    case EMBEDDING, ROUTER -> false;
                    case FEED_FORWARD -> true;
                    case ATTENTION, HEAD -> copy.everything();
                };
        return candidate && copy.keep().stream().noneMatch(p -> p.matcher(linear.name()).find());
    }

    private void addLinears() {
        Map<String, List<Linear>> fused = new LinkedHashMap<>();
        for (Linear linear : linears) {
            if (isEncoded(linear)) {
                encoding.requireFits(linear);
                fused.computeIfAbsent(fusedName(linear.name()), _ -> new ArrayList<>()).add(linear);
            }
        }
        for (Linear linear : linears) {
            if (isEncoded(linear)) {
                List<Linear> together = fused.getOrDefault(fusedName(linear.name()), List.of());
                parts.add(new CodedPart(linear, encoding, together));
            } else {
                parts.add(plain(linear));
                if (linear.role() != Linear.Role.EMBEDDING) {
                    ignored.add(linear.name());
                }
            }
        }
        if (text.head().equals(text.embedding())) {
            ignored.add(names.head());
        }
    }

    /** The same for linear maps that engines multiply as one: q, k and v; gate and up. */
    private static String fusedName(String name) {
        return name.replaceFirst("\\.[qkv]_proj$", ".qkv_proj")
                .replaceFirst("\\.(gate|up)_proj$", ".gate_up_proj");
    }

    private Part plain(Linear linear) {
        Matrix m = linear.matrix();
        if (!isPlain(m)) {
            return new PlainPart(linear, plainType(text), false);
        }
        if (m.order() == Order.INPUT_MAJOR) {
            return new PlainPart(linear, m.dtype(), true);
        }
        TensorSpec spec =
                TensorSpec.of(linear.name() + ".weight", m.dtype().name(), m.outputs(), m.inputs());
        return new VerbatimPart(spec, m.data());
    }

    private void addVectors() {
        addVector(names.norm(), text.norm());
        for (int i = 0; i < text.layers().size(); i++) {
            LayerWeights layer = text.layers().get(i);
            String prefix = names.layer(i);
            addVector(prefix + "input_layernorm.weight", layer.attentionNorm());
            addVector(prefix + "post_attention_layernorm.weight", layer.feedForwardNorm());
            layer.attention().biases().ifPresent(b -> addBiases(prefix + "self_attn.", b));
        }
    }

    private void addBiases(String prefix, AttentionBiases biases) {
        addVector(prefix + "q_proj.bias", biases.q());
        addVector(prefix + "k_proj.bias", biases.k());
        addVector(prefix + "v_proj.bias", biases.v());
        addVector(prefix + "o_proj.bias", biases.o());
    }

    private void addVector(String name, Matrix vector) {
        parts.add(VerbatimPart.ofVector(name, vector));
    }

    private void addVision(TensorIndex index) {
        for (MappedTensor tensor : index.tensors()) {
            String name = tensor.stored().name();
            if (TextNames.isVision(name)) {
                TensorSpec spec =
                        new TensorSpec(name, tensor.stored().dtype(), tensor.stored().shape());
                parts.add(new VerbatimPart(spec, tensor.data()));
                if (name.endsWith(".weight") && spec.shape().size() == 2) {
                    ignored.add(name.substring(0, name.length() - ".weight".length()));
                }
            }
        }
    }

    Encoding encoding() {
        return encoding;
    }

    /** Modules with weights of a linear map that stay plain. */
    List<String> ignored() {
        return ignored;
    }

    int quantised() {
        return (int) parts.stream().filter(CodedPart.class::isInstance).count();
    }

    int kept() {
        return linears.size() - quantised();
    }

    List<Part> parts() {
        return parts;
    }

    /** Numbers of the model. */
    long weights() {
        return parts.stream().mapToLong(Part::weights).sum();
    }

    static long bytes(Part part) {
        return part.specs().stream()
                .mapToLong(spec -> StoredDType.bytes(spec.dtype(), spec.shape()))
                .sum();
    }

    long bytes() {
        return parts.stream().mapToLong(CopyPlan::bytes).sum();
    }

    /** Parts by the name of their file, each file with at least one. */
    Map<String, List<Part>> shards() {
        List<List<Part>> shards = new ArrayList<>();
        long size = 0;
        for (Part part : parts) {
            long bytes = bytes(part);
            if (shards.isEmpty() || size + bytes > copy.shardBytes()) {
                shards.add(new ArrayList<>());
                size = 0;
            }
            shards.getLast().add(part);
            size += bytes;
        }
        Map<String, List<Part>> named = new LinkedHashMap<>();
        for (int i = 0; i < shards.size(); i++) {
            named.put(fileName(i + 1, shards.size()), shards.get(i));
        }
        return named;
    }

    private static String fileName(int number, int count) {
        return count == 1
                ? "model.safetensors"
                : String.format(Locale.ROOT, "model-%05d-of-%05d.safetensors", number, count);
    }

    /** Tensors of a shard. */
    static List<TensorSpec> specs(List<Part> parts) {
        return parts.stream().flatMap(part -> part.specs().stream()).toList();
    }
}
