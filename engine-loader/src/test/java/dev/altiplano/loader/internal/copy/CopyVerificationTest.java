package dev.altiplano.loader.internal.copy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.altiplano.loader.Checkpoint;
import dev.altiplano.loader.CheckpointException;
import dev.altiplano.loader.QuantisedCopy;
import dev.altiplano.loader.QuantisedFormat;
import dev.altiplano.loader.internal.TensorIndex;

import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/** Reading a copy again finds whatever went wrong on its way to the disk. */
class CopyVerificationTest {
    private static final Path STORIES = Path.of("../demo/stories");

    @TempDir Path out;

    @ParameterizedTest
    @CsvSource({
        "FP8, 'model.layers.5.feed_forward.experts.2.up_proj.weight', 40",
        "FP8, 'model.layers.5.feed_forward.experts.2.up_proj.weight_scale', 80",
        "INT8, 'model.layers.5.feed_forward.experts.2.up_proj.weight', 40",
        "INT4, 'model.layers.5.feed_forward.experts.2.up_proj.weight_packed', 04",
        "INT4, 'model.layers.5.feed_forward.experts.2.up_proj.weight_packed', 40",
        "NVFP4, 'model.layers.5.feed_forward.experts.2.up_proj.weight_packed', 80",
        "NVFP4, 'model.layers.5.feed_forward.experts.2.up_proj.weight_scale', 10",
        "FP8, 'model.layers.5.self_attn.k_proj.weight', 01",
        "FP8, 'model.norm.weight', 01"
    })
    void oneWrongBitIsFound(QuantisedFormat format, String tensor, String bit) throws IOException {
        QuantisedCopy copy = QuantisedCopy.to(format);
        copy.write(STORIES, out, 2, _ -> {});
        verify(copy);
        flip(tensor, Integer.parseInt(bit, 16));

        assertThatThrownBy(() -> verify(copy))
                .isInstanceOf(CheckpointException.class)
                .hasMessageStartingWith("model.safetensors: tensor '")
                .hasMessageContaining(tensor.replaceFirst("_(scale|packed)$", ""))
                .hasMessageEndingWith("; remove the folder and write it again");
    }

    @ParameterizedTest
    @CsvSource({"INT4, 0.13", "FP8, 0.03"})
    void theErrorIsThatOfTheFormat(QuantisedFormat format, double most) {
        QuantisedCopy copy = QuantisedCopy.to(format);
        double reported = copy.write(STORIES, out, 2, _ -> {}).error();

        assertThat(reported).isEqualTo(verify(copy)).isBetween(0.01, most);
    }

    private double verify(QuantisedCopy copy) {
        try (Arena arena = Arena.ofShared();
                Checkpoint source = Checkpoint.open(STORIES);
                Strips strips = new Strips(2);
                WrittenCopy written = WrittenCopy.open(out)) {
            ErrorSum errors = new ErrorSum();
            TensorIndex index = TensorIndex.open(STORIES, arena);
            List<Part> parts = CopyPlan.of(copy, source.text(), index).parts();
            for (Part part : parts) {
                part.verify(written, strips, errors);
            }
            return errors.relative();
        }
    }

    /** Flips a bit in the middle of a tensor, where the weight is not the smallest. */
    private void flip(String tensor, int bit) throws IOException {
        Path file = out.resolve("model.safetensors");
        byte[] bytes = Files.readAllBytes(file);
        int header = (int) ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getLong(0);
        JsonNode json = JsonMapper.shared().readTree(Arrays.copyOfRange(bytes, 8, 8 + header));
        JsonNode offsets = json.get(tensor).get("data_offsets");
        int middle = (offsets.get(0).asInt() + offsets.get(1).asInt()) / 2;
        bytes[8 + header + middle] ^= (byte) bit;
        Files.write(file, bytes);
    }
}
