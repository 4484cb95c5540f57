package dev.altiplano.loader;

import dev.altiplano.loader.internal.HeaderWriter;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Huge safetensors files of zeros, with a hole where their data is. */
final class SparseFile {
    /** The last byte, which is no zero. */
    static final byte LAST = 42;

    private SparseFile() {}

    static void write(Path file, List<TensorSpec> specs) throws IOException {
        List<StoredTensor> tensors = HeaderWriter.layOut("sparse", specs);
        byte[] header = HeaderWriter.header(tensors);
        Files.write(file, header);
        try (RandomAccessFile sparse = new RandomAccessFile(file.toFile(), "rw")) {
            sparse.setLength(header.length + tensors.stream().mapToLong(StoredTensor::bytes).sum());
            sparse.seek(sparse.length() - 1);
            sparse.write(LAST);
        }
    }
}
