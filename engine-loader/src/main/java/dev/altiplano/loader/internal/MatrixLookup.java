package dev.altiplano.loader.internal;

import dev.altiplano.kernels.DType;
import dev.altiplano.kernels.Matrix;
import dev.altiplano.kernels.Order;
import dev.altiplano.kernels.Scales;

import java.util.ArrayList;
import java.util.List;

/**
 * Turns tensors into matrices, plain or quantised, as each of them is stored.
 *
 * <p>How published formats name and shape their tensors: {@code compressors/} of
 * compressed-tensors, {@code unified_export_hf} of ModelOpt, {@code quantizer_fbgemm_fp8.py} and
 * {@code quantizer_finegrained_fp8.py} of Hugging Face transformers.
 */
final class MatrixLookup {
    private static final String PLAIN = "BF16, F16 or F32";
    private static final String ANY = PLAIN + ", or codes of F8_E4M3, I8 or U8 with scales";
    private static final String WEIGHT = ".weight";
    private static final String PACKED = ".weight_packed";

    private final TensorLookup lookup;
    private final Scheme scheme;
    private final ScaleLookup scales;

    MatrixLookup(TensorLookup lookup, Scheme scheme) {
        this.lookup = lookup;
        this.scheme = scheme;
        this.scales = new ScaleLookup(lookup, scheme);
    }

    /** Whether a module has weights of its own. */
    boolean has(String module) {
        return lookup.has(module + WEIGHT) || lookup.has(module + PACKED);
    }

    /** A vector as a matrix of one output. */
    Matrix vector(String name, Extent width) {
        MappedTensor tensor = lookup.required(name, PLAIN, width);
        return new Matrix(tensor.data(), plain(tensor), Order.OUTPUT_MAJOR, 1, width.size());
    }

    /** Rows of plain weights under a name of their own. */
    Matrix table(String name, Extent rows, Extent width) {
        MappedTensor tensor = lookup.required(name, PLAIN, rows, width);
        return new Matrix(
                tensor.data(), plain(tensor), Order.OUTPUT_MAJOR, rows.size(), width.size());
    }

    private static DType plain(MappedTensor tensor) {
        return StoredDType.kernelType(tensor.stored().dtype())
                .orElseThrow(() -> TensorLookup.wrongDType(tensor, PLAIN));
    }

    /**
     * An ordinary linear map, {@code [outputs, inputs]}.
     *
     * @param module its name without {@code .weight}
     */
    Matrix linear(String module, Extent outputs, Extent inputs) {
        MappedTensor packed = lookup.optional(module + PACKED);
        if (packed != null) {
            return packed(module, packed, outputs, inputs);
        }
        MappedTensor tensor =
                lookup.required(
                        module + WEIGHT,
                        "%s of shape [%d, %d] (%s, %s)"
                                .formatted(
                                        PLAIN,
                                        outputs.size(),
                                        inputs.size(),
                                        outputs.meaning(),
                                        inputs.meaning()));
        DType dtype = codes(tensor);
        TensorLookup.requireShape(
                tensor, outputs, dtype == DType.F4_E2M1 ? inputs.halved() : inputs);
        if (isPlain(dtype)) {
            return new Matrix(
                    tensor.data(), dtype, Order.OUTPUT_MAJOR, outputs.size(), inputs.size());
        }
        Codes codes =
                new Codes(tensor, dtype, Order.OUTPUT_MAJOR, 1, outputs.size(), inputs.size());
        return codes.matrix(0, scales.ofWeight(module, codes));
    }

    /** How the elements of a weight are stored; U8 holds two codes of four bits. */
    private static DType codes(MappedTensor tensor) {
        return switch (tensor.stored().dtype()) {
            case "F8_E4M3" -> DType.F8_E4M3;
            case "I8" -> DType.I8;
            case "U8" -> DType.F4_E2M1;
            default ->
                    StoredDType.kernelType(tensor.stored().dtype())
                            .orElseThrow(() -> TensorLookup.wrongDType(tensor, ANY));
        };
    }

    private static boolean isPlain(DType dtype) {
        return switch (dtype) {
            case F32, F16, BF16 -> true;
            case F8_E4M3, I8, I8_BIASED, I4_BIASED, F4_E2M1 -> false;
        };
    }

    private Matrix packed(String module, MappedTensor tensor, Extent outputs, Extent inputs) {
        boolean words = tensor.stored().dtype().equals("I32");
        if (!words && !tensor.stored().dtype().equals("U8")) {
            throw TensorLookup.wrongDType(
                    tensor, "I32 (whole numbers of 4 or 8 bits) or U8 (E2M1)");
        }
        DType dtype = words ? wordCodes(tensor, outputs, inputs) : DType.F4_E2M1;
        if (!words) {
            TensorLookup.requireShape(tensor, outputs, inputs.halved());
        }
        Codes codes =
                new Codes(tensor, dtype, Order.OUTPUT_MAJOR, 1, outputs.size(), inputs.size());
        return codes.matrix(0, scales.ofPacked(module, codes));
    }

    /** Four or eight bits, as the number of words in a row says. */
    private DType wordCodes(MappedTensor tensor, Extent outputs, Extent inputs) {
        List<Long> shape = tensor.stored().shape();
        List<Long> four = List.of((long) outputs.size(), (inputs.size() + 7L) / 8);
        List<Long> eight = List.of((long) outputs.size(), (inputs.size() + 3L) / 4);
        boolean onlyEight = scheme.bits().contains(8) && !scheme.bits().contains(4);
        if (shape.equals(four) && !(onlyEight && shape.equals(eight))) {
            return DType.I4_BIASED;
        }
        if (shape.equals(eight)) {
            return DType.I8_BIASED;
        }
        throw TensorLookup.wrong(
                tensor,
                "has shape %s, expected %s (%s, 8 of %s in a word) or %s (4 in a word)"
                        .formatted(shape, four, outputs.meaning(), inputs.meaning(), eight));
    }

    /** The linear maps of a fused tensor, {@code [count, inputs, outputs]}. */
    List<Matrix> stack(String name, Extent count, Extent inputs, Extent outputs) {
        MappedTensor tensor =
                lookup.required(
                        name,
                        "%s of shape [%d, %d, %d] (%s, %s, %s)"
                                .formatted(
                                        PLAIN,
                                        count.size(),
                                        inputs.size(),
                                        outputs.size(),
                                        count.meaning(),
                                        inputs.meaning(),
                                        outputs.meaning()));
        DType dtype = codes(tensor);
        TensorLookup.requireShape(
                tensor, count, dtype == DType.F4_E2M1 ? inputs.halved() : inputs, outputs);
        Codes codes =
                new Codes(
                        tensor,
                        dtype,
                        Order.INPUT_MAJOR,
                        count.size(),
                        outputs.size(),
                        inputs.size());
        List<Scales> all = isPlain(dtype) ? List.of() : scales.ofStack(name, codes);
        List<Matrix> stack = new ArrayList<>(count.size());
        for (int i = 0; i < count.size(); i++) {
            stack.add(codes.matrix(i, all.isEmpty() ? null : all.get(i)));
        }
        return stack;
    }
}
