package dev.altiplano.loader.internal;

import dev.altiplano.loader.StoredTensor;
import dev.altiplano.loader.TensorSpec;

import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Lays out tensors one behind the other and writes the beginning of a safetensors file. */
public final class HeaderWriter {
    private static final int ALIGNMENT = 8;

    private HeaderWriter() {}

    /**
     * What {@code specs} become in {@code file}.
     *
     * @throws IllegalArgumentException if two have the same name, or a dtype or shape is impossible
     */
    public static List<StoredTensor> layOut(String file, List<TensorSpec> specs) {
        Set<String> names = new HashSet<>();
        List<StoredTensor> tensors = new ArrayList<>();
        for (TensorSpec spec : specs) {
            if (!names.add(spec.name()) || spec.name().equals(HeaderParser.METADATA)) {
                throw new IllegalArgumentException(
                        "tensor name '%s' is taken".formatted(spec.name()));
            }
            tensors.add(
                    new StoredTensor(spec.name(), spec.dtype(), spec.shape(), bytes(spec), file));
        }
        return List.copyOf(tensors);
    }

    /** Length and JSON text, padded with spaces so that the data begins at a multiple of 8. */
    public static byte[] header(List<StoredTensor> tensors) {
        return header(tensors, Map.of());
    }

    /** The same with notes, if there are any. */
    public static byte[] header(List<StoredTensor> tensors, Map<String, String> notes) {
        return padded(json(tensors, notes));
    }

    private static long bytes(TensorSpec spec) {
        boolean possible =
                StoredDType.isKnown(spec.dtype()) && spec.shape().stream().allMatch(n -> n >= 0);
        try {
            if (possible) {
                return StoredDType.bytes(spec.dtype(), spec.shape());
            }
        } catch (ArithmeticException e) {
            // answered below
        }
        throw new IllegalArgumentException(
                "tensor '%s' cannot be %s of shape %s"
                        .formatted(spec.name(), spec.dtype(), spec.shape()));
    }

    private static byte[] json(List<StoredTensor> tensors, Map<String, String> notes) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (JsonGenerator json =
                JsonFactory.builder().build().createGenerator(ObjectWriteContext.empty(), out)) {
            long begin = 0;
            json.writeStartObject();
            if (!notes.isEmpty()) {
                json.writeName(HeaderParser.METADATA);
                json.writeStartObject();
                notes.forEach(json::writeStringProperty);
                json.writeEndObject();
            }
            for (StoredTensor tensor : tensors) {
                json.writeName(tensor.name());
                json.writeStartObject();
                json.writeStringProperty("dtype", tensor.dtype());
                json.writeName("shape");
                writeNumbers(json, tensor.shape());
                json.writeName("data_offsets");
                writeNumbers(json, List.of(begin, Math.addExact(begin, tensor.bytes())));
                json.writeEndObject();
                begin += tensor.bytes();
            }
            json.writeEndObject();
        }
        return out.toByteArray();
    }

    private static void writeNumbers(JsonGenerator json, List<Long> numbers) {
        json.writeStartArray();
        for (long number : numbers) {
            json.writeNumber(number);
        }
        json.writeEndArray();
    }

    private static byte[] padded(byte[] json) {
        int length = Math.ceilDiv(json.length, ALIGNMENT) * ALIGNMENT;
        ByteBuffer header = ByteBuffer.allocate(Long.BYTES + length).order(ByteOrder.LITTLE_ENDIAN);
        header.putLong(length).put(json);
        while (header.hasRemaining()) {
            header.put((byte) ' ');
        }
        return header.array();
    }
}
