package dev.altiplano.cli;

import dev.altiplano.loader.SafetensorsFile;
import dev.altiplano.loader.SafetensorsWriter;
import dev.altiplano.loader.StoredTensor;
import dev.altiplano.loader.TensorSpec;

import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.TreeMap;

/**
 * Weights of a compressed-tensors folder, decoded number by number from what the format says, and
 * by no code of the engine: the FP32 model that the folder stands for.
 */
final class DecodedCopy {
    private static final double[] E2M1 = {0, 0.5, 1, 1.5, 2, 3, 4, 6};

    private final Path folder;
    private final Map<String, float[]> values = new TreeMap<>();
    private final Map<String, List<Long>> shapes = new TreeMap<>();

    private DecodedCopy(Path folder) {
        this.folder = folder;
    }

    static DecodedCopy read(Path folder) {
        DecodedCopy copy = new DecodedCopy(folder);
        try (SafetensorsFile file = SafetensorsFile.open(folder.resolve("model.safetensors"))) {
            for (StoredTensor tensor : file.tensors()) {
                copy.add(file, tensor);
            }
        }
        return copy;
    }

    float[] values(String name) {
        float[] found = values.get(name);
        if (found == null) {
            throw new NoSuchElementException(name);
        }
        return found;
    }

    TensorSpec spec(String name, String as) {
        return new TensorSpec(as, "F32", shapes.getOrDefault(name, List.of()));
    }

    /** Writes the same model in FP32. */
    void writeTo(Path plain) throws IOException {
        List<TensorSpec> specs = values.keySet().stream().map(name -> spec(name, name)).toList();
        try (SafetensorsWriter writer =
                SafetensorsWriter.create(plain.resolve("model.safetensors"), specs)) {
            values.values().forEach(writer::add);
            writer.finish();
        }
        String config = Files.readString(folder.resolve("config.json"));
        ObjectNode json = (ObjectNode) JsonMapper.shared().readTree(config);
        json.remove("quantization_config");
        Files.writeString(plain.resolve("config.json"), json.toString());
    }

    private static ByteBuffer data(SafetensorsFile file, String name) {
        return file.data(name).asByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
    }

    private void add(SafetensorsFile file, StoredTensor tensor) {
        String name = tensor.name();
        if (name.endsWith(".weight_packed")) {
            addPacked(file, tensor, name.substring(0, name.length() - "_packed".length()));
        } else if (name.endsWith("weight") && file.contains(name + "_scale")) {
            addBytes(file, tensor);
        } else if (name.endsWith("weight")) {
            ByteBuffer data = data(file, name);
            float[] plain = new float[(int) (tensor.bytes() / 2)];
            for (int i = 0; i < plain.length; i++) {
                plain[i] = bf16(data.getShort(2 * i));
            }
            values.put(name, plain);
            shapes.put(name, tensor.shape());
        }
    }

    private static float bf16(short bits) {
        return Float.intBitsToFloat(bits << 16);
    }

    /** One byte a weight, one BF16 an output. */
    private void addBytes(SafetensorsFile file, StoredTensor tensor) {
        String name = tensor.name();
        ByteBuffer codes = data(file, name);
        ByteBuffer scales = data(file, name + "_scale");
        int inputs = tensor.shape().get(1).intValue();
        float[] decoded = new float[codes.capacity()];
        for (int i = 0; i < decoded.length; i++) {
            byte code = codes.get(i);
            float value = tensor.dtype().equals("I8") ? code : (float) e4m3(code);
            decoded[i] = value * bf16(scales.getShort(i / inputs * 2));
        }
        values.put(name, decoded);
        shapes.put(name, tensor.shape());
    }

    private static double e4m3(byte code) {
        int exponent = code >> 3 & 15;
        double mantissa = (code & 7) / 8.0;
        double magnitude =
                exponent == 0
                        ? mantissa * Math.pow(2, -6)
                        : (1 + mantissa) * Math.pow(2, exponent - 7);
        return code < 0 ? -magnitude : magnitude;
    }

    private void addPacked(SafetensorsFile file, StoredTensor tensor, String name) {
        ByteBuffer codes = data(file, tensor.name());
        ByteBuffer scales = data(file, name + "_scale");
        int outputs = tensor.shape().get(0).intValue();
        boolean floats = tensor.dtype().equals("U8");
        long scaleCount = file.tensor(name + "_scale").shape().get(1);
        int inputs =
                floats
                        ? 2 * tensor.shape().get(1).intValue()
                        : (int) data(file, name + "_shape").getLong(8);
        int bits = floats ? 4 : (int) (32 * tensor.shape().get(1) / inputs);
        float global = floats ? data(file, name + "_global_scale").getFloat(0) : 1;
        int group = (int) (inputs / scaleCount);
        float[] decoded = new float[outputs * inputs];
        for (int i = 0; i < decoded.length; i++) {
            int code = (codes.get(i * bits / 8) & 0xFF) >> i * bits % 8 & (1 << bits) - 1;
            int scale = i / inputs * (int) scaleCount + i % inputs / group;
            if (floats) {
                double value = (code & 8) == 0 ? E2M1[code] : -E2M1[code & 7];
                // the quotient in FP32, as compressed-tensors computes it
                decoded[i] = (float) value * (float) (e4m3(scales.get(scale)) / global);
            } else {
                decoded[i] = (code - (1 << bits - 1)) * bf16(scales.getShort(2 * scale));
            }
        }
        values.put(name, decoded);
        shapes.put(name, List.of((long) outputs, (long) inputs));
    }
}
