package dev.altiplano.loader;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

class SafetensorsFileTest {
    private static final String TWO_BY_THREE =
            "\"w\": {\"dtype\": \"F32\", \"shape\": [2, 3], \"data_offsets\": [0, 24]}";

    @TempDir Path folder;

    private Path file(long headerLength, byte[] header, int dataBytes) throws IOException {
        ByteBuffer bytes =
                ByteBuffer.allocate(8 + header.length + dataBytes).order(ByteOrder.LITTLE_ENDIAN);
        bytes.putLong(headerLength).put(header);
        return Files.write(folder.resolve("t.safetensors"), bytes.array());
    }

    private Path file(String header, int dataBytes) throws IOException {
        byte[] bytes = header.getBytes(UTF_8);
        return file(bytes.length, bytes, dataBytes);
    }

    private void assertRefused(Path file, String message) {
        assertThatThrownBy(() -> SafetensorsFile.open(file).close())
                .isInstanceOf(CheckpointException.class)
                .hasMessage("t.safetensors: " + message);
    }

    @Test
    void readsWhatAnotherProgramWrote() {
        try (SafetensorsFile odd =
                SafetensorsFile.open(GoldenFolders.odd().resolve("model.safetensors"))) {
            MemorySegment data = odd.data("model.layers.1.feed_forward.experts.gate_up_proj");

            assertThat(odd.names())
                    .hasSize(54)
                    .startsWith("lm_head.weight")
                    .endsWith("model.norm.weight");
            assertThat(odd.tensor("model.layers.1.feed_forward.experts.gate_up_proj"))
                    .isEqualTo(
                            new StoredTensor(
                                    "model.layers.1.feed_forward.experts.gate_up_proj",
                                    "BF16",
                                    List.of(3L, 60L, 88L),
                                    31_680,
                                    "model.safetensors"));
            // the last weight, as Python's struct module reads it
            assertThat(bf16(data, 3 * 60 * 88 - 1)).isEqualTo(-0.24707031f);
        }
    }

    private static float bf16(MemorySegment data, long index) {
        short bits = data.get(ValueLayout.JAVA_SHORT_UNALIGNED, 2 * index);
        return Float.intBitsToFloat(bits << 16);
    }

    @Test
    void toleratesNotesUnknownFieldsPaddingAndEmptyTensors() throws IOException {
        Path file =
                file(
                        """
                        {"__metadata__": {"format": "pt"}, "e": {"dtype": "I64", "shape": [0, 7],
                        "data_offsets": [24, 24]}, "s": {"dtype": "U8", "shape": [], "new": [{}],
                        "data_offsets": [24, 25]}, %s}\s\s\s
                        """
                                .formatted(TWO_BY_THREE),
                        25);

        try (SafetensorsFile open = SafetensorsFile.open(file)) {
            assertThat(open.names()).containsExactly("w", "e", "s");
            assertThat(open.data("e").byteSize()).isZero();
            assertThat(open.data("s").byteSize()).isEqualTo(1);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {-1, Long.MIN_VALUE, Long.MAX_VALUE, 0, 1, 3, 100_000_001})
    void refusesALyingHeaderLength(long length) throws IOException {
        assertRefused(
                file(length, "{}".getBytes(UTF_8), 0),
                "header has %s bytes, expected 2 to 2 (the file has 10)"
                        .formatted(Long.toUnsignedString(length)));
    }

    @Test
    void refusesAHeaderBeyondTheLimitOfTheFormat() throws IOException {
        Path file = file(100_000_001, new byte[0], 0);
        try (RandomAccessFile sparse = new RandomAccessFile(file.toFile(), "rw")) {
            sparse.setLength(200_000_000);
        }

        assertRefused(
                file,
                "header has 100000001 bytes, expected 2 to 100000000 (the file has 200000000)");
    }

    @Test
    void refusesAFileWithoutALength() throws IOException {
        Path file = Files.write(folder.resolve("t.safetensors"), new byte[7]);

        assertRefused(file, "has 7 bytes, expected 8 or more (length of the header)");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                // what one tensor says, then the fault
                "[2,3]; [0,25]; F32; has data_offsets [0, 25], expected two that are 24 apart"
                        + " (bytes of dtype and shape)",
                "[2,3]; [24,0]; F32; has data_offsets [24, 0], expected two that are 24 apart"
                        + " (bytes of dtype and shape)",
                "[2,3]; [0]; F32; has data_offsets [0], expected two that are 24 apart (bytes of"
                        + " dtype and shape)",
                "[2,3]; [0,24,48]; F32; has data_offsets [0, 24, 48], expected two that are 24"
                        + " apart (bytes of dtype and shape)",
                "[2,3]; [-24,0]; F32; has '-24', expected integers from 0 to 2^63 - 1 in shape and"
                        + " data_offsets",
                "[2,3]; [9223372036854775807,9223372036854775807]; F32; has data_offsets"
                        + " [9223372036854775807, 9223372036854775807], expected two that are 24"
                        + " apart (bytes of dtype and shape)",
                "[2,3]; [9223372036854775783,9223372036854775807]; F32; ends at byte"
                        + " 9223372036854775807 of the data, expected at most 24 (end of the file)",
                "[2,3]; [1,25]; F32; ends at byte 25 of the data, expected at most 24 (end of the"
                        + " file)",
                "[2,3]; [18446744073709551592,24]; F32; has '18446744073709551592', expected"
                        + " integers from 0 to 2^63 - 1 in shape and data_offsets",
                "[-2,-3]; [0,24]; F32; has '-2', expected integers from 0 to 2^63 - 1 in shape and"
                        + " data_offsets",
                "[2.0,3]; [0,24]; F32; has '2.0', expected integers from 0 to 2^63 - 1 in shape and"
                        + " data_offsets",
                "[4294967296,4294967296]; [0,24]; F32; has impossible shape [4294967296,"
                        + " 4294967296] of F32",
                "[1,2,3]; [0,24]; F16; has data_offsets [0, 24], expected two that are 12 apart"
                        + " (bytes of dtype and shape)",
                "[3]; [0,24]; F4; has impossible shape [3] of F4",
                "[2,3]; [0,24]; f32; has unknown dtype 'f32'",
                "7; [0,24]; F32; has '7', expected a list of integers",
                "[1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,6]; [0,24]; F32; has '6', expected at most 16"
                        + " numbers"
            })
    void refusesALyingTensor(String shape, String offsets, String dtype, String fault)
            throws IOException {
        String header =
                "{\"w\": {\"dtype\": \"%s\", \"shape\": %s, \"data_offsets\": %s}}"
                        .formatted(dtype, shape, offsets);

        assertRefused(file(header, 24), "tensor 'w' " + fault);
    }

    @Test
    void refusesOverlaps() throws IOException {
        String second = "\"x\": {\"dtype\": \"U8\", \"shape\": [8], \"data_offsets\": [20, 28]}";

        assertRefused(
                file("{" + TWO_BY_THREE + ", " + second + "}", 28),
                "data of tensor 'x' begins at 20, expected 24 (it overlaps tensor 'w')");
    }

    @Test
    void refusesGaps() throws IOException {
        String second = "\"x\": {\"dtype\": \"U8\", \"shape\": [8], \"data_offsets\": [25, 33]}";

        assertRefused(
                file("{" + TWO_BY_THREE + ", " + second + "}", 33),
                "data of tensor 'x' begins at 25, expected 24 (there is a gap before it)");
    }

    @Test
    void refusesTruncatedAndOverlongData() throws IOException {
        String header = "{" + TWO_BY_THREE + "}";

        assertRefused(
                file(header, 23),
                "tensor 'w' ends at byte 24 of the data, expected at most 23 (end of the file)");
        assertRefused(
                file(header, 25),
                "has %d bytes, expected %d (header and data of 1 tensors)"
                        .formatted(8 + header.length() + 25, 8 + header.length() + 24));
    }

    @Test
    void refusesATensorThatIsThereTwice() throws IOException {
        assertRefused(
                file("{" + TWO_BY_THREE + "," + TWO_BY_THREE + "}", 24),
                "tensor 'w' is there twice");
    }

    @Test
    void refusesAFieldThatIsThereTwice() throws IOException {
        assertRefused(
                file("{" + TWO_BY_THREE.replace("{", "{\"shape\": [6], ") + "}", 24),
                "tensor 'w' has one of dtype, shape and data_offsets twice");
    }

    @Test
    void refusesMoreTensorsThanAnyModelHas() throws IOException {
        StringBuilder header = new StringBuilder("{");
        for (int i = 0; i <= 65_536; i++) {
            header.append(i == 0 ? "" : ",")
                    .append(
                            "\"%d\":{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[0,0]}"
                                    .formatted(i));
        }

        assertRefused(file(header + "}", 0), "header has more than 65536 tensors");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "[]",
                "7",
                "{\"w\": 7}",
                "{\"w\": {}}",
                "{\"w\": []}",
                "{} {}",
                "{}x",
                "{}\0",
                "{\"__metadata__\": {\"a\": 1}}",
                "{\"__metadata__\": []}",
                "{",
                "{\"w\"",
                "{\"w\": {\"dtype\": null, \"shape\": [], \"data_offsets\": [0, 4]}}"
            })
    void refusesWhatIsNoHeader(String header) throws IOException {
        Path file = file(header, 4);

        assertThatThrownBy(() -> SafetensorsFile.open(file))
                .isInstanceOf(CheckpointException.class)
                .hasMessageStartingWith("t.safetensors: ")
                .satisfies(e -> assertThat(e.getMessage()).doesNotContain("\n", "\0"));
    }

    @Test
    void refusesWhatIsNoFile() {
        assertRefused(folder.resolve("t.safetensors"), "is missing from the folder");
        assertThatThrownBy(() -> SafetensorsFile.open(folder))
                .isInstanceOf(CheckpointException.class)
                .hasMessageEndingWith(": is not a regular file");
    }

    @Test
    void namesInMessagesArePrintableAndShort() throws IOException {
        String name = "\\u001b[31m\\n" + "x".repeat(140);

        assertThatThrownBy(() -> SafetensorsFile.open(file("{\"" + name + "\": 1}", 0)))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("tensor '\\u001b[31m\\u000ax")
                .satisfies(e -> assertThat(e.getMessage()).hasSizeLessThan(400));
    }

    @Test
    void readsTensorsAboveTwoGibibytes() throws IOException {
        long size = 5L << 30;
        String header =
                "{\"w\": {\"dtype\": \"U8\", \"shape\": [%d], \"data_offsets\": [0, %d]}}"
                        .formatted(size, size);
        Path file = file(header, 0);
        try (RandomAccessFile sparse = new RandomAccessFile(file.toFile(), "rw")) {
            sparse.setLength(8 + header.length() + size); // takes no room on the disk
            sparse.seek(sparse.length() - 1);
            sparse.write(42);
        }

        try (SafetensorsFile open = SafetensorsFile.open(file)) {
            assertThat(open.data("w").get(ValueLayout.JAVA_BYTE, size - 1)).isEqualTo((byte) 42);
        }
    }

    @Test
    void isReadOnlyAndSaysWhenItIsClosed() throws IOException {
        SafetensorsFile open = SafetensorsFile.open(file("{" + TWO_BY_THREE + "}", 24));
        MemorySegment data = open.data("w");

        assertThat(data.isReadOnly()).isTrue();
        open.close();
        open.close();

        assertThatThrownBy(() -> open.data("w"))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("t.safetensors is closed");
        assertThatThrownBy(() -> data.get(ValueLayout.JAVA_BYTE, 0))
                .isInstanceOf(IllegalStateException.class);
    }

    @Test
    void namesATensorThatIsNotThere() throws IOException {
        try (SafetensorsFile open = SafetensorsFile.open(file("{" + TWO_BY_THREE + "}", 24))) {
            assertThat(open.contains("v")).isFalse();
            assertThatThrownBy(() -> open.tensor("v"))
                    .isInstanceOf(CheckpointException.class)
                    .hasMessage("t.safetensors: has no tensor 'v'");
        }
    }
}
