package dev.altiplano.loader.internal;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import dev.altiplano.kernels.DType;
import dev.altiplano.kernels.Scales;
import dev.altiplano.kernels.ZeroPoints;

import org.jspecify.annotations.Nullable;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Finds scales, zero points and groups of quantised weights, and checks them. */
final class ScaleLookup {
    private static final String SCALE = ".weight_scale";
    private static final ValueLayout.OfInt INT =
            ValueLayout.JAVA_INT_UNALIGNED.withOrder(LITTLE_ENDIAN);
    private static final ValueLayout.OfLong LONG =
            ValueLayout.JAVA_LONG_UNALIGNED.withOrder(LITTLE_ENDIAN);

    private final TensorLookup lookup;
    private final Scheme scheme;
    private final ScaleCheck check = new ScaleCheck();

    ScaleLookup(TensorLookup lookup, Scheme scheme) {
        this.lookup = lookup;
        this.scheme = scheme;
    }

    /** Scales beside {@code module.weight}. */
    Scales ofWeight(String module, Codes codes) {
        boolean inverse = !lookup.has(module + SCALE) && lookup.has(module + SCALE + "_inv");
        MappedTensor scale = scale(inverse ? module + SCALE + "_inv" : module + SCALE, codes);
        double factor =
                codes.dtype() == DType.F4_E2M1 ? secondScale(module + SCALE + "_2", codes, 0) : 1;
        return scales(module, codes, scale, factor);
    }

    /** Scales beside {@code module.weight_packed}. */
    Scales ofPacked(String module, Codes codes) {
        MappedTensor scale = scale(module + SCALE, codes);
        if (codes.dtype() == DType.F4_E2M1) {
            return scales(
                    module, codes, scale, 1 / factor(module + ".weight_global_scale", codes, 0));
        }
        requireShape(module + ".weight_shape", codes);
        return scales(module, codes, scale, 1);
    }

    /** Scales beside a fused tensor, one for each matrix; their names go on without a dot. */
    List<Scales> ofStack(String name, Codes codes) {
        boolean modelOpt = codes.dtype() == DType.F4_E2M1 || lookup.has(name + "_weight_scale");
        MappedTensor scale = scale(modelOpt ? name + "_weight_scale" : name + "_scale", codes);
        ScaleLayout layout = layout(scale, codes);
        boolean one = scale.stored().shape().size() < 2 && scaleCount(scale) == 1;
        List<Scales> all = new ArrayList<>(codes.count());
        for (int i = 0; i < codes.count(); i++) {
            double factor =
                    codes.dtype() == DType.F4_E2M1
                            ? secondScale(name + "_weight_scale_2", codes, i)
                            : 1;
            all.add(
                    new Scales(
                            one ? scale.data() : codes.slice(scale, i),
                            StoredDType.scaleType(scale.stored().dtype()).orElseThrow(),
                            layout.outputBlock(),
                            layout.inputBlock(),
                            factor));
        }
        return all;
    }

    private Scales scales(String module, Codes codes, MappedTensor scale, double factor) {
        ScaleLayout layout = layout(scale, codes);
        return new Scales(
                scale.data(),
                StoredDType.scaleType(scale.stored().dtype()).orElseThrow(),
                layout.outputBlock(),
                layout.inputBlock(),
                factor,
                zeroPoints(module + ".weight_zero_point", codes, layout),
                groups(module + ".weight_g_idx", codes, layout));
    }

    private MappedTensor scale(String name, Codes codes) {
        boolean small = codes.dtype() == DType.F4_E2M1;
        String dtypes = small ? "F8_E4M3" : "F32, BF16 or F16";
        MappedTensor scale =
                lookup.required(
                        name,
                        "%s scales beside the codes of '%s'"
                                .formatted(dtypes, Shown.text(codes.name())));
        boolean right =
                StoredDType.scaleType(scale.stored().dtype())
                        .filter(dtype -> (dtype == DType.F8_E4M3) == small)
                        .isPresent();
        if (!right) {
            throw TensorLookup.wrongDType(
                    scale, "%s (scales of '%s')".formatted(dtypes, Shown.text(codes.name())));
        }
        layout(scale, codes);
        check.requireFinite(scale);
        return scale;
    }

    private ScaleLayout layout(MappedTensor scale, Codes codes) {
        List<Long> shape = scale.stored().shape();
        boolean stacked = codes.count() > 1 || shape.size() == 3;
        boolean shared = shape.isEmpty() || shape.equals(List.of(1L));
        if (stacked && !shared && shape.getFirst() != codes.count()) {
            throw wrongShape(scale, codes);
        }
        return ScaleLayout.of(
                        stacked && !shared ? shape.subList(1, shape.size()) : shape, codes, scheme)
                .orElseThrow(() -> wrongShape(scale, codes));
    }

    private RuntimeException wrongShape(MappedTensor scale, Codes codes) {
        return TensorLookup.wrong(
                scale,
                "has shape %s, expected %s%s (scales of '%s')"
                        .formatted(
                                scale.stored().shape(),
                                codes.count() > 1
                                        ? "for each of %d experts ".formatted(codes.count())
                                        : "",
                                ScaleLayout.expected(codes, scheme),
                                Shown.text(codes.name())));
    }

    private static long scaleCount(MappedTensor scale) {
        return scale.stored().shape().stream().mapToLong(n -> n).reduce(1, (a, b) -> a * b);
    }

    /**
     * ModelOpt's second scale multiplies. It is the reciprocal of the global scale that
     * compressed-tensors stores, and is used like that one: the last bit is then the same.
     */
    private double secondScale(String name, Codes codes, int i) {
        float global = 1 / (float) factor(name, codes, i);
        return 1.0 / global;
    }

    /** A single F32 that multiplies or divides all scales, or one for each matrix of a stack. */
    private double factor(String name, Codes codes, int i) {
        MappedTensor tensor =
                lookup.required(
                        name,
                        "one F32 beside the scales of '%s'".formatted(Shown.text(codes.name())));
        long count = scaleCount(tensor);
        if (!tensor.stored().dtype().equals("F32") || (count != 1 && count != codes.count())) {
            throw TensorLookup.wrong(
                    tensor,
                    "is %s %s, expected F32 [1] (beside the scales of '%s')"
                            .formatted(
                                    tensor.stored().dtype(),
                                    tensor.stored().shape(),
                                    Shown.text(codes.name())));
        }
        float factor = Float.intBitsToFloat(tensor.data().get(INT, count == 1 ? 0 : 4L * i));
        if (!(Math.abs(factor) > 0) || Float.isInfinite(factor)) {
            throw TensorLookup.wrong(
                    tensor, "holds %s, expected a finite number other than 0".formatted(factor));
        }
        return factor;
    }

    /** The shape that the packed codes have without padding, written down as data. */
    private void requireShape(String name, Codes codes) {
        MappedTensor tensor = lookup.optional(name);
        if (tensor == null) {
            return; // follows from config.json
        }
        boolean ints = tensor.stored().dtype().equals("I32");
        if ((!ints && !tensor.stored().dtype().equals("I64"))
                || !tensor.stored().shape().equals(List.of(2L))) {
            throw TensorLookup.wrong(
                    tensor,
                    "is %s %s, expected I64 or I32 [2] (outputs, inputs)"
                            .formatted(tensor.stored().dtype(), tensor.stored().shape()));
        }
        MemorySegment data = tensor.data();
        List<Long> found =
                ints
                        ? List.of((long) data.get(INT, 0), (long) data.get(INT, 4))
                        : List.of(data.get(LONG, 0), data.get(LONG, 8));
        List<Long> expected = List.of((long) codes.outputs(), (long) codes.inputs());
        if (!found.equals(expected)) {
            throw TensorLookup.wrong(
                    tensor,
                    "holds %s, expected %s (outputs and inputs of '%s')"
                            .formatted(found, expected, Shown.text(codes.name())));
        }
    }

    private @Nullable ZeroPoints zeroPoints(String name, Codes codes, ScaleLayout layout) {
        MappedTensor tensor = lookup.optional(name);
        if (tensor == null) {
            return null;
        }
        boolean whole =
                Stream.of(DType.I8, DType.I8_BIASED, DType.I4_BIASED)
                        .anyMatch(dtype -> dtype == codes.dtype());
        boolean packed = tensor.stored().dtype().equals("I32") && codes.dtype() != DType.I8;
        if (!whole || (!packed && !tensor.stored().dtype().equals("I8"))) {
            throw TensorLookup.wrongDType(
                    tensor,
                    whole
                            ? "I8, or I32 beside packed codes"
                            : "no zero points beside %s codes".formatted(codes.dtype()));
        }
        long alongOutputs = ceil(codes.outputs(), layout.outputBlock());
        long alongInputs = ceil(codes.inputs(), layout.inputBlock());
        long rows = packed ? ceil(alongOutputs, 32 / codes.dtype().bits()) : alongOutputs;
        if (!tensor.stored().shape().equals(List.of(rows, alongInputs))
                && !(rows * alongInputs == 1 && scaleCount(tensor) == 1)) {
            throw TensorLookup.wrong(
                    tensor,
                    "has shape %s, expected %s (one zero point beside each scale of '%s')"
                            .formatted(
                                    tensor.stored().shape(),
                                    List.of(rows, alongInputs),
                                    Shown.text(codes.name())));
        }
        return new ZeroPoints(tensor.data(), packed ? codes.dtype() : DType.I8);
    }

    private static long ceil(long size, long block) {
        return (size + block - 1) / block;
    }

    /** The group of each input, unless inputs were quantised in their order. */
    private @Nullable MemorySegment groups(String name, Codes codes, ScaleLayout layout) {
        MappedTensor tensor = lookup.optional(name);
        if (tensor == null) {
            return null;
        }
        if (!tensor.stored().dtype().equals("I32")
                || !tensor.stored().shape().equals(List.of((long) codes.inputs()))) {
            throw TensorLookup.wrong(
                    tensor,
                    "is %s %s, expected I32 [%d] (the group of each input)"
                            .formatted(
                                    tensor.stored().dtype(),
                                    tensor.stored().shape(),
                                    codes.inputs()));
        }
        long groups = ceil(codes.inputs(), layout.inputBlock());
        boolean inOrder = true;
        boolean unused = false;
        for (int i = 0; i < codes.inputs(); i++) {
            int group = tensor.data().get(INT, 4L * i);
            if (group < -1 || group >= groups) {
                throw TensorLookup.wrong(
                        tensor,
                        "puts input %d into group %d, expected 0 to %d"
                                .formatted(i, group, groups - 1));
            }
            unused |= group == -1; // compressed-tensors: the tensor was never filled in
            inOrder &= group == i / layout.inputBlock();
        }
        return unused || inOrder ? null : tensor.data();
    }
}
