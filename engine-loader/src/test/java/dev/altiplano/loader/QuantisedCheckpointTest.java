package dev.altiplano.loader;

import static dev.altiplano.loader.QuantisedFolder.ATTENTION;
import static dev.altiplano.loader.QuantisedFolder.DENSE;
import static dev.altiplano.loader.QuantisedFolder.FBGEMM;
import static dev.altiplano.loader.QuantisedFolder.MODELOPT;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.altiplano.kernels.DType;
import dev.altiplano.kernels.Matrix;
import dev.altiplano.kernels.Order;
import dev.altiplano.kernels.Scales;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import tools.jackson.databind.node.ObjectNode;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Objects;
import java.util.stream.Stream;

/** Folders with quantised weights: what is found, and what each fault is called. */
class QuantisedCheckpointTest {
    private static final String MODEL = "model.safetensors";

    @TempDir Path folder;

    private void assertRefused(String message) {
        assertThatThrownBy(() -> Checkpoint.open(folder).close())
                .isInstanceOf(CheckpointException.class)
                .hasMessage(message);
    }

    @Test
    void everyMatrixIsKnownByItsTensors() {
        QuantisedFolder.in(folder).write();

        try (Checkpoint checkpoint = Checkpoint.open(folder)) {
            LayerWeights first = checkpoint.text().layers().getFirst();
            DenseWeights dense = (DenseWeights) first.feedForward();
            GateUp.Split gateUp = (GateUp.Split) dense.gateUp();
            assertIs(gateUp.gate(), DType.F8_E4M3, DType.BF16, 1, 8);
            assertIs(gateUp.up(), DType.I4_BIASED, DType.BF16, 1, 4);
            assertThat(scales(gateUp.up()).zeroPoints()).isNotNull();
            assertThat(scales(gateUp.up()).inputBlockOf(4)).isEqualTo(1);
            assertThat(scales(gateUp.up()).inputBlockOf(7)).isZero();
            assertIs(dense.down(), DType.I8, DType.F32, 1, 10);
            assertIs(first.attention().q(), DType.F8_E4M3, DType.F32, 8, 8);
            assertIs(first.attention().k(), DType.F4_E2M1, DType.F8_E4M3, 1, 8);
            assertIs(first.attention().v(), DType.F4_E2M1, DType.F8_E4M3, 1, 8);
            assertIs(first.attention().o(), DType.I8_BIASED, DType.F16, 1, 4);
        }
    }

    @Test
    void fusedExpertsHaveTheirOwnScales() {
        QuantisedFolder.in(folder).write();

        try (Checkpoint checkpoint = Checkpoint.open(folder)) {
            DenseWeights modelOpt = expert(checkpoint, 1);
            Matrix gateUp = ((GateUp.Fused) modelOpt.gateUp()).gateUp();
            assertIs(gateUp, DType.F8_E4M3, DType.F32, 12, 8);
            assertThat(gateUp.order()).isEqualTo(Order.INPUT_MAJOR);
            assertIs(modelOpt.down(), DType.F4_E2M1, DType.F8_E4M3, 1, 6);
            DenseWeights fbgemm = expert(checkpoint, 3);
            Matrix rows = ((GateUp.Fused) fbgemm.gateUp()).gateUp();
            float[] written = TinyFolder.values(FBGEMM + "gate_up_proj_scale", 36);
            assertThat(rows.scale(5, 2)).isEqualTo(written[2 * 12 + 5]); // of expert 2
            float[] down = TinyFolder.values(FBGEMM + "down_proj_scale", 24);
            assertThat(fbgemm.down().scale(7, 5)).isEqualTo(down[2 * 8 + 7]);
        }
    }

    private static DenseWeights expert(Checkpoint checkpoint, int layer) {
        MixtureWeights mixture =
                (MixtureWeights) checkpoint.text().layers().get(layer).feedForward();
        return mixture.experts().get(2);
    }

    private static void assertIs(
            Matrix m, DType codes, DType scales, int outputBlock, int inputBlock) {
        assertThat(m.dtype()).isEqualTo(codes);
        assertThat(scales(m).dtype()).isEqualTo(scales);
        assertThat(scales(m).outputBlock()).isEqualTo(outputBlock);
        assertThat(Math.min(m.inputs(), scales(m).inputBlock())).isEqualTo(inputBlock);
    }

    private static Scales scales(Matrix m) {
        return Objects.requireNonNull(m.scales());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                DENSE + "gate_proj.weight_scale",
                DENSE + "up_proj.weight_scale",
                DENSE + "down_proj.weight_scale",
                ATTENTION + "k_proj.weight_scale",
                ATTENTION + "k_proj.weight_global_scale",
                ATTENTION + "v_proj.weight_scale",
                ATTENTION + "v_proj.weight_scale_2",
                ATTENTION + "o_proj.weight_scale",
                MODELOPT + "down_proj_weight_scale",
                MODELOPT + "down_proj_weight_scale_2",
                FBGEMM + "gate_up_proj_scale",
                FBGEMM + "down_proj_scale"
            })
    void aMissingScaleIsNamedWithItsCodes(String name) {
        QuantisedFolder.in(folder).remove(name).write();

        assertThatThrownBy(() -> Checkpoint.open(folder).close())
                .isInstanceOf(CheckpointException.class)
                .hasMessageStartingWith(MODEL + ": tensor '" + name + "' is missing, expected ")
                .hasMessageMatching(".*expected (F8_E4M3|F32, BF16 or F16|one F32) .*'model\\..*'");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                DENSE + "up_proj.weight_shape", // follows from config.json
                DENSE + "up_proj.weight_zero_point",
                DENSE + "up_proj.weight_g_idx",
                ATTENTION + "v_proj.input_scale"
            })
    void whatIsOptionalMayBeMissing(String name) {
        QuantisedFolder.in(folder).remove(name).write();

        Checkpoint.open(folder).close();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                DENSE
                        + "gate_proj.weight_scale; BF16; 9,1; has shape [9, 1], expected [] (one"
                        + " for all) or [10, 1] (one an output) or [10, 2] (groups of 4 inputs) or"
                        + " [1, 1] (blocks of 128 outputs and 128 inputs) (scales of '"
                        + DENSE
                        + "gate_proj.weight')",
                FBGEMM
                        + "gate_up_proj_scale; F32; 2,1,12; has shape [2, 1, 12], expected for each"
                        + " of 3 experts [] (one for all) or [1, 12] (one an output) or [2, 12]"
                        + " (groups of 4 inputs) (scales of '"
                        + FBGEMM
                        + "gate_up_proj')",
                DENSE
                        + "up_proj.weight_zero_point; I32; 10,2; has shape [10, 2], expected [2, 2]"
                        + " (one zero point beside each scale of '"
                        + DENSE
                        + "up_proj.weight_packed')",
                DENSE
                        + "up_proj.weight_g_idx; I32; 7; is I32 [7], expected I32 [8] (the group of"
                        + " each input)",
                DENSE
                        + "up_proj.weight_shape; I64; 3; is I64 [3], expected I64 or I32 [2]"
                        + " (outputs, inputs)",
                DENSE
                        + "up_proj.weight_packed; I32; 10,3; has shape [10, 3], expected [10, 1]"
                        + " (width, 8 of hidden in a word) or [10, 2] (4 in a word)",
                ATTENTION
                        + "k_proj.weight_packed; U8; 4,8; has shape [4, 8], expected [4, 4] (kv"
                        + " heads * head_dim, hidden / 2)",
                ATTENTION
                        + "k_proj.weight_global_scale; F32; 4; is F32 [4], expected F32 [1]"
                        + " (beside the scales of '"
                        + ATTENTION
                        + "k_proj.weight_packed')",
                MODELOPT
                        + "down_proj; U8; 3,6,8; has shape [3, 6, 8], expected [3, 3, 8] (experts,"
                        + " width / 2, hidden)"
            })
    void aWrongShapeIsNamed(String name, String dtype, String shape, String fault) {
        TinyFolder tiny = QuantisedFolder.in(folder).add(name, dtype, sizes(shape));
        tiny.integers.remove(name);
        tiny.write();

        assertRefused("%s: tensor '%s' %s".formatted(MODEL, name, fault));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                DENSE
                        + "gate_proj.weight_scale; I32; 10,1; F32, BF16 or F16 (scales of '"
                        + DENSE
                        + "gate_proj.weight')",
                DENSE
                        + "gate_proj.weight_scale; F8_E4M3; 10,1; F32, BF16 or F16 (scales of '"
                        + DENSE
                        + "gate_proj.weight')",
                ATTENTION
                        + "v_proj.weight_scale; F32; 4,1; F8_E4M3 (scales of '"
                        + ATTENTION
                        + "v_proj.weight')",
                DENSE + "up_proj.weight_zero_point; BF16; 2,2; I8, or I32 beside packed codes",
                DENSE
                        + "up_proj.weight_packed; I64; 10,1; I32 (whole numbers of 4 or 8 bits) or"
                        + " U8 (E2M1)",
                DENSE
                        + "down_proj.weight; F8_E5M2; 8,10; BF16, F16 or F32, or codes of F8_E4M3,"
                        + " I8 or U8 with scales"
            })
    void aWrongDTypeIsNamed(String name, String dtype, String shape, String expected) {
        QuantisedFolder.in(folder).add(name, dtype, sizes(shape)).write();

        assertRefused(
                "%s: tensor '%s' has dtype %s, expected %s"
                        .formatted(MODEL, name, dtype, expected));
    }

    private static long[] sizes(String shape) {
        return Stream.of(shape.split(",", -1)).mapToLong(Long::parseLong).toArray();
    }

    @Test
    void zeroPointsBesideCodesWithoutThemAreNamed() {
        QuantisedFolder.in(folder).add(DENSE + "gate_proj.weight_zero_point", "I8", 10, 1).write();

        assertRefused(
                "%s: tensor '%s' has dtype I8, expected no zero points beside F8_E4M3 codes"
                        .formatted(MODEL, DENSE + "gate_proj.weight_zero_point"));
    }

    @ParameterizedTest
    @CsvSource({
        "8, 10, '[8, 10]'",
        "0, 0, '[0, 0]'",
        "-10, 8, '[-10, 8]'",
        "10, 2147483647, '[10, 2147483647]'"
    })
    void aWrittenShapeThatContradictsTheConfigurationIsNamed(
            int outputs, int inputs, String found) {
        TinyFolder tiny = QuantisedFolder.in(folder);
        tiny.integers.put(DENSE + "up_proj.weight_shape", new int[] {outputs, inputs});
        tiny.write();

        assertRefused(
                "%s: tensor '%sup_proj.weight_shape' holds %s, expected [10, 8] (outputs and inputs"
                                .formatted(MODEL, DENSE, found)
                        + " of '"
                        + DENSE
                        + "up_proj.weight_packed')");
    }

    @ParameterizedTest
    @ValueSource(ints = {2, -2, Integer.MAX_VALUE, Integer.MIN_VALUE})
    void aGroupThatDoesNotExistIsNamed(int group) {
        TinyFolder tiny = QuantisedFolder.in(folder);
        tiny.integers.put(DENSE + "up_proj.weight_g_idx", new int[] {0, 1, 0, 1, 1, group, 0, 0});
        tiny.write();

        assertRefused(
                "%s: tensor '%sup_proj.weight_g_idx' puts input 5 into group %d, expected 0 to 1"
                        .formatted(MODEL, DENSE, group));
    }

    @Test
    void groupsThatWereNeverFilledInAreThoseOfTheOrder() {
        TinyFolder tiny = QuantisedFolder.in(folder);
        tiny.integers.put(
                DENSE + "up_proj.weight_g_idx", new int[] {-1, -1, -1, -1, -1, -1, -1, -1});
        tiny.write();

        try (Checkpoint checkpoint = Checkpoint.open(folder)) {
            DenseWeights dense = (DenseWeights) checkpoint.text().layers().getFirst().feedForward();
            assertThat(scales(((GateUp.Split) dense.gateUp()).up()).groups()).isNull();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "gate_proj.weight_scale, 7fc0", // BF16 NaN
        "gate_proj.weight_scale, ff80", // BF16 minus infinity
        "down_proj.weight_scale, 7f800001",
        "down_proj.weight_scale, 7f800000"
    })
    void aScaleThatIsNoNumberIsNamed(String name, String bits) throws IOException {
        QuantisedFolder.in(folder).write();
        overwrite(DENSE + name, 1, bits);

        assertRefused(
                "%s: tensor '%s' holds NaN or infinity at index 1, expected finite scales"
                        .formatted(MODEL, DENSE + name));
    }

    @ParameterizedTest
    @CsvSource({
        "o_proj.weight_scale, 7c00", // F16 infinity
        "o_proj.weight_scale, fe00",
        "k_proj.weight_scale, 7f", // E4M3 NaN
        "v_proj.weight_scale, ff"
    })
    void aSmallScaleThatIsNoNumberIsNamed(String name, String bits) throws IOException {
        QuantisedFolder.in(folder).write();
        overwrite(ATTENTION + name, 3, bits);

        assertRefused(
                "%s: tensor '%s' holds NaN or infinity at index 3, expected finite scales"
                        .formatted(MODEL, ATTENTION + name));
    }

    @ParameterizedTest
    @CsvSource({
        "k_proj.weight_global_scale, 00000000, 0.0",
        "k_proj.weight_global_scale, 7fc00000, NaN",
        "v_proj.weight_scale_2, 80000000, -0.0",
        "v_proj.weight_scale_2, ff800000, -Infinity"
    })
    void aScaleOfScalesThatIsNoFactorIsNamed(String name, String bits, String found)
            throws IOException {
        QuantisedFolder.in(folder).write();
        overwrite(ATTENTION + name, 0, bits);

        assertRefused(
                "%s: tensor '%s' holds %s, expected a finite number other than 0"
                        .formatted(MODEL, ATTENTION + name, found));
    }

    /** Overwrites one element with hexadecimal bits. */
    private void overwrite(String tensor, int index, String bits) throws IOException {
        FolderFiles files = FolderFiles.read(folder);
        byte[] file = files.get(MODEL);
        int[] begin = new int[1];
        files.copy()
                .header(
                        MODEL,
                        root -> begin[0] = root.get(tensor).get("data_offsets").get(0).asInt());
        int size = bits.length() / 2;
        ByteBuffer data = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
        int at = 8 + files.headerLength(MODEL) + begin[0] + size * index;
        for (int i = 0; i < size; i++) {
            data.put(at + i, (byte) (Long.parseLong(bits, 16) >> 8 * i));
        }
        files.writeTo(folder);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "quant_method; bitsandbytes; quantization_config.quant_method is"
                        + " \"bitsandbytes\", expected compressed-tensors, modelopt,"
                        + " modelopt_fp4, fbgemm_fp8, fp8",
                "format; marlin-24; quantization_config.format is \"marlin-24\", expected dense,"
                        + " float-quantized, int-quantized, naive-quantized, pack-quantized,"
                        + " nvfp4-pack-quantized, mixed-precision"
            })
    void anUnknownSchemeIsNamed(String field, String value, String fault) {
        TinyFolder tiny = QuantisedFolder.in(folder);
        ((ObjectNode) tiny.config.get("quantization_config")).put(field, value);
        tiny.write();

        assertThatThrownBy(() -> Checkpoint.open(folder).close())
                .isInstanceOf(CheckpointException.class)
                .hasMessageStartingWith("config.json: " + fault + " (tensor '");
    }

    @Test
    void weightsThatAreAlsoSparseOrRotatedAreRefused() {
        TinyFolder tiny = QuantisedFolder.in(folder);
        ObjectNode quantisation = (ObjectNode) tiny.config.get("quantization_config");
        quantisation.putObject("sparsity_config").put("format", "sparse-24-bitmask");
        tiny.write();
        assertThatThrownBy(() -> Checkpoint.open(folder).close())
                .isInstanceOf(CheckpointException.class)
                .hasMessageStartingWith(
                        "config.json: quantization_config.sparsity_config.format is"
                                + " \"sparse-24-bitmask\", expected dense (tensor '");

        quantisation.remove("sparsity_config");
        quantisation.putObject("transform_config").putObject("config_groups");
        tiny.write();
        assertThatThrownBy(() -> Checkpoint.open(folder).close())
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("transform_config is there, expected none");
    }

    @Test
    void nvidiasOwnFileNamesItsScheme() {
        TinyFolder tiny = QuantisedFolder.in(folder);
        tiny.config.remove("quantization_config");
        tiny.writeText(
                "hf_quant_config.json",
                "{\"producer\": {\"name\": \"modelopt\"}, \"quantization\":"
                        + " {\"quant_algo\": \"W4A8_AWQ\", \"group_size\": 4}}");
        tiny.write();

        assertThatThrownBy(() -> Checkpoint.open(folder).close())
                .isInstanceOf(CheckpointException.class)
                .hasMessageStartingWith(
                        "hf_quant_config.json: quantization.quant_algo is \"W4A8_AWQ\", expected"
                                + " FP8, NVFP4, ");
    }
}
