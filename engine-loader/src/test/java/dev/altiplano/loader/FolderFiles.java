package dev.altiplano.loader;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/** The files of a folder in memory, to be spoilt and written somewhere else. */
final class FolderFiles {
    private final SortedMap<String, byte[]> files;

    private FolderFiles(SortedMap<String, byte[]> files) {
        this.files = files;
    }

    static FolderFiles read(Path folder) throws IOException {
        TreeMap<String, byte[]> files = new TreeMap<>();
        try (Stream<Path> paths = Files.list(folder)) {
            for (Path path : paths.toList()) {
                files.put(path.getFileName().toString(), Files.readAllBytes(path));
            }
        }
        return new FolderFiles(files);
    }

    FolderFiles copy() {
        return new FolderFiles(new TreeMap<>(files));
    }

    void writeTo(Path folder) throws IOException {
        Files.createDirectories(folder);
        try (Stream<Path> old = Files.list(folder)) {
            for (Path path : old.toList()) {
                Files.delete(path);
            }
        }
        for (String name : files.keySet()) {
            Files.write(folder.resolve(name), files.get(name));
        }
    }

    List<String> names() {
        return List.copyOf(files.keySet());
    }

    byte[] get(String name) {
        byte[] bytes = files.get(name);
        if (bytes == null) {
            throw new NoSuchElementException(name);
        }
        return bytes;
    }

    void put(String name, byte[] bytes) {
        files.put(name, bytes);
    }

    void remove(String name) {
        files.remove(name);
    }

    /** Changes a text file. */
    void text(String name, UnaryOperator<String> change) {
        files.put(name, change.apply(new String(get(name), UTF_8)).getBytes(UTF_8));
    }

    /** Changes a JSON file. */
    void json(String name, Consumer<ObjectNode> change) {
        text(name, text -> changed(text, change));
    }

    /** Changes the header of a safetensors file; its length is corrected. */
    void headerText(String name, UnaryOperator<String> change) {
        byte[] file = get(name);
        int length = headerLength(name);
        String header = change.apply(new String(file, 8, length, ISO_8859_1));
        ByteBuffer changed =
                ByteBuffer.allocate(file.length - length + header.length())
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .putLong(header.length())
                        .put(header.getBytes(ISO_8859_1))
                        .put(file, 8 + length, file.length - 8 - length);
        files.put(name, changed.array());
    }

    /** Changes the header of a safetensors file; its length is corrected. */
    void header(String name, Consumer<ObjectNode> change) {
        headerText(name, text -> changed(text, change));
    }

    /** Overwrites the length of a header. */
    void headerLength(String name, long length) {
        byte[] file = get(name).clone();
        ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).putLong(0, length);
        files.put(name, file);
    }

    int headerLength(String name) {
        return (int) ByteBuffer.wrap(get(name)).order(ByteOrder.LITTLE_ENDIAN).getLong();
    }

    /** Cuts a file short or makes it longer. */
    void resize(String name, int size) {
        files.put(name, Arrays.copyOf(get(name), size));
    }

    private static String changed(String json, Consumer<ObjectNode> change) {
        ObjectNode root = (ObjectNode) JsonMapper.shared().readTree(json);
        change.accept(root);
        return root.toString();
    }
}
