package dev.altiplano.loader;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

class SafetensorsWriterTest {
    private static final ValueLayout.OfInt INT =
            ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    @TempDir Path folder;

    private Path file() {
        return folder.resolve("out.safetensors");
    }

    private List<Path> files() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.toList();
        }
    }

    @Test
    void writesTheBytesThatTheFormatAsksFor() throws IOException {
        try (SafetensorsWriter writer =
                SafetensorsWriter.create(file(), List.of(TensorSpec.of("a\"b", "F32", 1, 2)))) {
            writer.add(new float[] {1, -2});
            writer.finish();
        }

        String header = "{\"a\\\"b\":{\"dtype\":\"F32\",\"shape\":[1,2],\"data_offsets\":[0,8]}}";
        String padded = header + " ".repeat(64 - header.length());
        byte[] bytes = Files.readAllBytes(file());
        assertThat(new String(bytes, 8, 64, StandardCharsets.UTF_8)).isEqualTo(padded);
        assertThat(bytes)
                .hasSize(8 + 64 + 8)
                .startsWith(64, 0, 0, 0, 0, 0, 0, 0)
                .endsWith(0, 0, (byte) 0x80, 0x3f, 0, 0, 0, (byte) 0xc0);
    }

    @Test
    void whatIsWrittenCanBeRead() {
        List<TensorSpec> specs =
                List.of(
                        TensorSpec.of("empty", "F32", 0),
                        TensorSpec.of("bf16", "BF16", 3),
                        TensorSpec.of("f16", "F16", 2),
                        TensorSpec.of("i32", "I32", 2),
                        TensorSpec.of("i64", "I64"),
                        TensorSpec.of("raw", "U8", 5),
                        TensorSpec.of("nothing", "U8", 4, 0));
        try (SafetensorsWriter writer = SafetensorsWriter.create(file(), specs)) {
            writer.add(new float[] {1.5f, -0.25f})
                    .add(new float[] {9, 3, 9}, 1, 1)
                    .add(new float[] {0.5f, 65504})
                    .add(-1, 7)
                    .add(-2)
                    .add(MemorySegment.ofArray(new byte[] {1, 2, 3, 4, 5}))
                    .finish();
        }

        try (SafetensorsFile read = SafetensorsFile.open(file())) {
            assertThat(read.names())
                    .containsExactly("empty", "bf16", "f16", "i32", "i64", "raw", "nothing");
            assertThat(read.data("bf16").toArray(ValueLayout.JAVA_SHORT_UNALIGNED))
                    .containsExactly(0x3fc0, (short) 0xbe80, 0x4040);
            assertThat(read.data("f16").toArray(ValueLayout.JAVA_SHORT_UNALIGNED))
                    .containsExactly(0x3800, 0x7bff);
            assertThat(read.data("i32").get(INT, 0)).isEqualTo(-1);
            assertThat(read.data("i32").get(INT, 4)).isEqualTo(7);
            assertThat(read.data("i64").get(ValueLayout.JAVA_LONG_UNALIGNED, 0)).isEqualTo(-2);
            assertThat(read.data("raw").toArray(ValueLayout.JAVA_BYTE))
                    .containsExactly(1, 2, 3, 4, 5);
        }
    }

    @Test
    void roundsBf16ToTheNearestWithTiesToEven() {
        float[] values = {
            Float.intBitsToFloat(0x3f808000), // tie, even below
            Float.intBitsToFloat(0x3f818000), // tie, even above
            Float.intBitsToFloat(0x3f808001), // just above a tie
            Float.MAX_VALUE, // rounds to infinity
            Float.intBitsToFloat(0x7f800001), // a NaN whose bits all lie in the lower half
            Float.NEGATIVE_INFINITY
        };
        try (SafetensorsWriter writer =
                SafetensorsWriter.create(file(), List.of(TensorSpec.of("w", "BF16", 6)))) {
            writer.add(values).finish();
        }

        try (SafetensorsFile read = SafetensorsFile.open(file())) {
            assertThat(read.data("w").toArray(ValueLayout.JAVA_SHORT_UNALIGNED))
                    .containsExactly(0x3f80, 0x3f82, 0x3f81, 0x7f80, 0x7fc0, (short) 0xff80);
        }
    }

    @Test
    void streamsMoreThanItsBuffer() {
        int rows = 100;
        int width = 5_003;
        float[] row = new float[width];
        try (SafetensorsWriter writer =
                SafetensorsWriter.create(file(), List.of(TensorSpec.of("w", "F32", rows, width)))) {
            for (int r = 0; r < rows; r++) {
                Arrays.fill(row, r);
                writer.add(row);
            }
            writer.finish();
        }

        try (SafetensorsFile read = SafetensorsFile.open(file())) {
            MemorySegment data = read.data("w");
            assertThat(data.get(ValueLayout.JAVA_FLOAT_UNALIGNED, 4L * (width * 57 - 1)))
                    .isEqualTo(56);
            assertThat(data.get(ValueLayout.JAVA_FLOAT_UNALIGNED, 4L * width * 57)).isEqualTo(57);
        }
    }

    @Test
    void leavesNothingBehindWhenItIsNotFinished() throws IOException {
        Files.writeString(file(), "old");

        try (SafetensorsWriter writer =
                SafetensorsWriter.create(file(), List.of(TensorSpec.of("w", "F32", 2)))) {
            writer.add(new float[] {1});
            assertThatThrownBy(writer::finish)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("tensor 'w' of")
                    .hasMessageEndingWith("lacks 4 bytes");
        }

        assertThat(files()).containsExactly(file());
        assertThat(file()).hasContent("old");
    }

    @Test
    void replacesAnOlderFile() throws IOException {
        Files.writeString(file(), "old");

        try (SafetensorsWriter writer = SafetensorsWriter.create(file(), List.of())) {
            writer.finish();
        }

        assertThat(files()).containsExactly(file());
        SafetensorsFile.open(file()).close();
    }

    @Test
    void refusesDataThatDoesNotFit() {
        try (SafetensorsWriter writer =
                SafetensorsWriter.create(
                        file(),
                        List.of(TensorSpec.of("w", "F32", 2), TensorSpec.of("i", "I32", 1)))) {
            assertThatThrownBy(() -> writer.add(1))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("tensor 'w' is F32, not one of [I32, I64]");
            assertThatThrownBy(() -> writer.add(new float[3]))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("12 more bytes, but tensor 'w' lacks 8");
            writer.add(new float[2]).add(4);
            assertThatThrownBy(() -> writer.add(5)).isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void refusesImpossibleTensors() {
        assertRefused("tensor name 'w' is taken", "w", "F32", "w", "F32");
        assertRefused("tensor name '__metadata__' is taken", "__metadata__", "F32");
        assertRefused("tensor 'w' cannot be F33 of shape [1]", "w", "F33");
    }

    private void assertRefused(String message, String... namesAndDtypes) {
        List<TensorSpec> specs = new ArrayList<>();
        for (int i = 0; i < namesAndDtypes.length; i += 2) {
            specs.add(TensorSpec.of(namesAndDtypes[i], namesAndDtypes[i + 1], 1));
        }
        assertThatThrownBy(() -> SafetensorsWriter.create(file(), specs))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(message);
    }

    @Test
    void saysThatItIsClosed() {
        SafetensorsWriter writer =
                SafetensorsWriter.create(file(), List.of(TensorSpec.of("w", "F32", 2)));
        writer.close();
        writer.close();

        assertThatThrownBy(() -> writer.add(new float[1]))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageEndingWith("is closed");
    }
}
