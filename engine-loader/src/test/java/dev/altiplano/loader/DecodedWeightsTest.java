package dev.altiplano.loader;

import static dev.altiplano.loader.QuantisedFolder.ATTENTION;
import static dev.altiplano.loader.QuantisedFolder.DENSE;
import static dev.altiplano.loader.QuantisedFolder.FBGEMM;
import static dev.altiplano.loader.QuantisedFolder.MODELOPT;

import static org.assertj.core.api.Assertions.assertThat;

import dev.altiplano.kernels.Matrix;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import tools.jackson.databind.node.ObjectNode;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * The numbers that codes and scales of each published format stand for, computed here from the
 * formats' definitions.
 */
class DecodedWeightsTest {
    private static final double[] E2M1 = {0, 0.5, 1, 1.5, 2, 3, 4, 6};

    @TempDir Path folder;

    /** Bytes that are no code of NaN. */
    private static byte[] codes(String name, int count) {
        byte[] codes = new byte[count];
        new Random(name.hashCode()).nextBytes(codes);
        for (int i = 0; i < count; i++) {
            codes[i] = (codes[i] & 0x7F) == 0x7F ? 1 : codes[i];
        }
        return codes;
    }

    private static TinyFolder withCodes(TinyFolder tiny, String name, int count) {
        tiny.bytes.put(name, codes(name, count));
        return tiny;
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

    private static double e2m1(int code) {
        return (code & 8) == 0 ? E2M1[code & 7] : -E2M1[code & 7];
    }

    /** The product in FP32, of numbers that FP32 holds. */
    private static float times(double code, double scale) {
        return (float) code * (float) scale;
    }

    private interface Value {
        float of(int output, int input);
    }

    private void assertHolds(TinyFolder tiny, Function<Checkpoint, Matrix> choice, Value expected) {
        tiny.write();
        try (Checkpoint checkpoint = Checkpoint.open(folder)) {
            Matrix m = choice.apply(checkpoint);
            for (int o = 0; o < m.outputs(); o++) {
                for (int i = 0; i < m.inputs(); i++) {
                    assertThat(m.weight(o, i)).as("[%d, %d]", o, i).isEqualTo(expected.of(o, i));
                }
            }
        }
    }

    private static Matrix gate(Checkpoint checkpoint) {
        return gateUp(checkpoint).gate();
    }

    private static GateUp.Split gateUp(Checkpoint checkpoint) {
        DenseWeights dense = (DenseWeights) checkpoint.text().layers().getFirst().feedForward();
        return (GateUp.Split) dense.gateUp();
    }

    private static DenseWeights expert(Checkpoint checkpoint, int layer, int number) {
        MixtureWeights mixture =
                (MixtureWeights) checkpoint.text().layers().get(layer).feedForward();
        return mixture.experts().get(number);
    }

    /** Codes [10, 8]; with blocks of 4 by 4 there are [3, 2] of them, the last ones cut short. */
    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "''; F32",
                "''; BF16",
                "''; F16",
                "1; F32",
                "1; BF16",
                "1; F16",
                "10,1; F32",
                "10,1; BF16",
                "10,1; F16",
                "10; F32",
                "3,2; F32",
                "3,2; BF16",
                "3,2; F16",
                "10,2; F32",
                "10,2; F16"
            })
    void fp8WithEveryKindOfScale(String shape, String dtype) {
        String name = DENSE + "gate_proj.weight";
        TinyFolder tiny = withCodes(QuantisedFolder.in(folder), name, 80);
        ObjectNode scheme = (ObjectNode) tiny.config.get("quantization_config");
        ((ObjectNode) scheme.get("config_groups").get("group_8").get("weights"))
                .putArray("block_structure")
                .add(4)
                .add(4);
        long[] sizes =
                Stream.of(shape.split(",", -1))
                        .filter(size -> !size.isEmpty())
                        .mapToLong(Long::parseLong)
                        .toArray();
        tiny.add(name + "_scale", dtype, sizes);
        int count = (int) Arrays.stream(sizes).reduce(1, (a, b) -> a * b);
        float[] scales = TinyFolder.values(name + "_scale", count);
        byte[] codes = codes(name, 80);

        assertHolds(
                tiny,
                DecodedWeightsTest::gate,
                (o, i) -> {
                    int at =
                            switch (count) {
                                case 1 -> 0;
                                case 6 -> o / 4 * 2 + i / 4; // blocks
                                case 20 -> o * 2 + i / 4; // groups
                                default -> o;
                            };
                    return times(e4m3(codes[o * 8 + i]), scales[at]);
                });
    }

    @ParameterizedTest
    @CsvSource({"_inv, F32", "_inv, BF16"})
    void theInverseScaleOfBlocksMultiplies(String suffix, String dtype) {
        String name = ATTENTION + "q_proj.weight";
        TinyFolder tiny = withCodes(QuantisedFolder.in(folder), name, 64);
        ((ObjectNode) tiny.config.get("quantization_config"))
                .putArray("weight_block_size")
                .add(4)
                .add(2);
        tiny.add(name + "_scale" + suffix, dtype, 2, 4);
        float[] scales = TinyFolder.values(name + "_scale" + suffix, 8);
        byte[] codes = codes(name, 64);

        assertHolds(
                tiny,
                checkpoint -> checkpoint.text().layers().getFirst().attention().q(),
                (o, i) -> times(e4m3(codes[o * 8 + i]), scales[o / 4 * 4 + i / 2]));
    }

    /** Two groups of 4 inputs; the inputs go to groups 0 1 0 1 1 1 0 0. */
    @ParameterizedTest
    @CsvSource({"true, true", "true, false", "false, true", "false, false"})
    void int4WithZeroPointsAndReorderedInputs(boolean zeroPoints, boolean reordered) {
        String module = DENSE + "up_proj.weight";
        TinyFolder tiny = QuantisedFolder.in(folder);
        int[] words = new Random(1).ints(10).toArray();
        int[] zeros = new Random(2).ints(4).toArray();
        int[] groups = {0, 1, 0, 1, 1, 1, 0, 0};
        tiny.integers.put(module + "_packed", words);
        tiny.integers.put(module + "_zero_point", zeros);
        if (!zeroPoints) {
            tiny.remove(module + "_zero_point");
        }
        if (!reordered) {
            tiny.remove(module + "_g_idx");
        }
        float[] scales = TinyFolder.values(module + "_scale", 20);

        assertHolds(
                tiny,
                checkpoint -> gateUp(checkpoint).up(),
                (o, i) -> {
                    int group = reordered ? groups[i] : i / 4;
                    int code = (words[o] >>> 4 * i & 15) - 8;
                    // packed along the outputs: 8 of them in a word of [2, 2]
                    int zero = (zeros[o / 8 * 2 + group] >>> 4 * (o % 8) & 15) - 8;
                    return times(code - (zeroPoints ? zero : 0), scales[o * 2 + group]);
                });
    }

    @Test
    void int8InWordsAndInBytes() {
        String words = ATTENTION + "o_proj.weight";
        String bytes = DENSE + "down_proj.weight";
        TinyFolder tiny = withCodes(QuantisedFolder.in(folder), bytes, 80);
        int[] packed = new Random(3).ints(16).toArray();
        tiny.integers.put(words + "_packed", packed);
        tiny.add(bytes + "_zero_point", "I8", 8, 1);
        byte[] zeros = {0, 1, -1, 127, -128, 5, 6, 7};
        tiny.bytes.put(bytes + "_zero_point", zeros);
        float[] scales = TinyFolder.values(words + "_scale", 16);
        float[] outputs = TinyFolder.values(bytes + "_scale", 8);

        assertHolds(
                tiny,
                checkpoint -> checkpoint.text().layers().getFirst().attention().o(),
                (o, i) ->
                        times(
                                (packed[o * 2 + i / 4] >>> 8 * (i % 4) & 255) - 128,
                                scales[o * 2 + i / 4]));
        assertHolds(
                tiny,
                checkpoint ->
                        ((DenseWeights) checkpoint.text().layers().getFirst().feedForward()).down(),
                (o, i) -> times(codes(bytes, 80)[o * 10 + i] - zeros[o], outputs[o]));
    }

    /** compressed-tensors divides by its global scale, ModelOpt multiplies by the reciprocal. */
    @Test
    void nvfp4OfBothConventions() {
        String divided = ATTENTION + "k_proj.weight";
        String multiplied = ATTENTION + "v_proj.weight";
        TinyFolder tiny = withCodes(QuantisedFolder.in(folder), divided + "_packed", 16);
        withCodes(tiny, multiplied, 16);
        byte[] scales = {0x38, 0x41, 0x7E, 0x01};
        tiny.bytes.put(divided + "_scale", scales);
        tiny.bytes.put(multiplied + "_scale", scales);
        float global = TinyFolder.values(divided + "_global_scale", 1)[0];
        float second = TinyFolder.values(multiplied + "_scale_2", 1)[0];

        assertHolds(
                tiny,
                checkpoint -> checkpoint.text().layers().getFirst().attention().k(),
                (o, i) ->
                        times(
                                e2m1(codes(divided + "_packed", 16)[o * 4 + i / 2] >> i % 2 * 4),
                                (float) e4m3(scales[o]) / global));
        assertHolds(
                tiny,
                checkpoint -> checkpoint.text().layers().getFirst().attention().v(),
                (o, i) ->
                        times(
                                e2m1(codes(multiplied, 16)[o * 4 + i / 2] >> i % 2 * 4),
                                (float) e4m3(scales[o]) / (1 / second)));
    }

    @Test
    void fusedExpertsOfModelOpt() {
        String gateUp = MODELOPT + "gate_up_proj";
        String down = MODELOPT + "down_proj";
        TinyFolder tiny = withCodes(QuantisedFolder.in(folder), gateUp, 3 * 8 * 12);
        withCodes(tiny, down, 3 * 3 * 8);
        withCodes(tiny, down + "_weight_scale", 3 * 8);
        float one = TinyFolder.values(gateUp + "_weight_scale", 1)[0];
        float second = TinyFolder.values(down + "_weight_scale_2", 1)[0];

        assertHolds(
                tiny,
                checkpoint -> ((GateUp.Fused) expert(checkpoint, 1, 2).gateUp()).gateUp(),
                (o, i) -> times(e4m3(codes(gateUp, 288)[2 * 96 + i * 12 + o]), one));
        assertHolds(
                tiny,
                checkpoint -> expert(checkpoint, 1, 1).down(),
                (o, i) ->
                        times(
                                e2m1(codes(down, 72)[24 + i / 2 * 8 + o] >> i % 2 * 4),
                                (float) e4m3(codes(down + "_weight_scale", 24)[8 + o])
                                        / (1 / second)));
    }

    @ParameterizedTest
    @CsvSource({"F32", "BF16", "F16"})
    void fusedExpertsOfFbgemm(String dtype) {
        String gateUp = FBGEMM + "gate_up_proj";
        String down = FBGEMM + "down_proj";
        TinyFolder tiny = withCodes(QuantisedFolder.in(folder), gateUp, 3 * 8 * 12);
        withCodes(tiny, down, 3 * 6 * 8);
        tiny.add(gateUp + "_scale", dtype, 3, 1, 12).add(down + "_scale", dtype, 3, 8, 1);
        float[] scales = TinyFolder.values(gateUp + "_scale", 36);
        float[] downScales = TinyFolder.values(down + "_scale", 24);

        assertHolds(
                tiny,
                checkpoint -> ((GateUp.Fused) expert(checkpoint, 3, 2).gateUp()).gateUp(),
                (o, i) -> times(e4m3(codes(gateUp, 288)[2 * 96 + i * 12 + o]), scales[24 + o]));
        assertHolds(
                tiny,
                checkpoint -> expert(checkpoint, 3, 1).down(),
                (o, i) -> times(e4m3(codes(down, 144)[48 + i * 8 + o]), downScales[8 + o]));
    }
}
