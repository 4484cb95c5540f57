package dev.altiplano.loader.internal;

import dev.altiplano.kernels.DType;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The element types that the safetensors format knows, by their spelling in a header. */
public final class StoredDType {
    private static final Map<String, Integer> BITS =
            Map.ofEntries(
                    Map.entry("BOOL", 8),
                    Map.entry("U8", 8),
                    Map.entry("I8", 8),
                    Map.entry("F8_E4M3", 8),
                    Map.entry("F8_E5M2", 8),
                    Map.entry("F8_E8M0", 8),
                    Map.entry("F4", 4),
                    Map.entry("F6_E2M3", 6),
                    Map.entry("F6_E3M2", 6),
                    Map.entry("I16", 16),
                    Map.entry("U16", 16),
                    Map.entry("F16", 16),
                    Map.entry("BF16", 16),
                    Map.entry("I32", 32),
                    Map.entry("U32", 32),
                    Map.entry("F32", 32),
                    Map.entry("I64", 64),
                    Map.entry("U64", 64),
                    Map.entry("F64", 64),
                    Map.entry("C64", 64));

    private StoredDType() {}

    static boolean isKnown(String dtype) {
        return BITS.containsKey(dtype);
    }

    /**
     * Bytes of a tensor.
     *
     * @throws ArithmeticException if there are 2^60 or more, or no whole number of them
     */
    public static long bytes(String dtype, List<Long> shape) {
        long elements = 1;
        for (long extent : shape) {
            elements = Math.multiplyExact(elements, extent);
        }
        long bits = Math.multiplyExact(elements, BITS.getOrDefault(dtype, 0));
        if (bits % 8 != 0) {
            throw new ArithmeticException("%d bits are no whole number of bytes".formatted(bits));
        }
        return bits / 8;
    }

    /** The kernels' name of a dtype that they compute with. */
    public static Optional<DType> kernelType(String dtype) {
        return switch (dtype) {
            case "BF16" -> Optional.of(DType.BF16);
            case "F16" -> Optional.of(DType.F16);
            case "F32" -> Optional.of(DType.F32);
            default -> Optional.empty();
        };
    }

    /** The kernels' name of a dtype that scales may have. */
    static Optional<DType> scaleType(String dtype) {
        return dtype.equals("F8_E4M3") ? Optional.of(DType.F8_E4M3) : kernelType(dtype);
    }
}
