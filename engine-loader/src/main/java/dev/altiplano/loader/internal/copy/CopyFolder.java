package dev.altiplano.loader.internal.copy;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.altiplano.loader.CheckpointException;
import dev.altiplano.loader.SafetensorsFile;
import dev.altiplano.loader.StoredTensor;

import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/**
 * The folder that a copy is written to. While it is not complete it holds a note of what is being
 * written, which is locked by whoever writes: a later run goes on only with the same.
 */
final class CopyFolder implements AutoCloseable {
    private static final String NOTE = "unfinished-copy.json";
    private static final int LARGEST_NOTE = 1 << 22;

    private final Path folder;
    private final FileChannel note;

    private CopyFolder(Path folder, FileChannel note) {
        this.folder = folder;
        this.note = note;
    }

    /**
     * Begins, or goes on where an earlier run stopped.
     *
     * @param description of source and copy
     * @throws IllegalArgumentException if the folder holds anything else, or another run is at it
     */
    static CopyFolder open(Path folder, ObjectNode description) throws IOException {
        Files.createDirectories(folder);
        if (!Files.exists(folder.resolve(NOTE)) && !isEmpty(folder)) {
            throw new IllegalArgumentException(
                    "%s: is not empty, expected a new folder".formatted(folder));
        }
        FileChannel note =
                FileChannel.open(
                        folder.resolve(NOTE),
                        StandardOpenOption.CREATE,
                        StandardOpenOption.READ,
                        StandardOpenOption.WRITE);
        CopyFolder opened = new CopyFolder(folder, note);
        try {
            opened.lock();
            opened.compareNote(description);
            opened.removeUnfinished();
            return opened;
        } catch (Throwable e) {
            opened.close();
            throw e;
        }
    }

    private static boolean isEmpty(Path folder) throws IOException {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
            return !files.iterator().hasNext();
        }
    }

    private void lock() throws IOException {
        try {
            FileLock lock = note.tryLock(); // ends with the channel
            if (lock != null) {
                return;
            }
        } catch (OverlappingFileLockException _) {
            // in this process: answered below
        }
        throw new IllegalArgumentException(
                "%s: another run is writing to this folder".formatted(folder));
    }

    private void compareNote(ObjectNode description) throws IOException {
        ByteBuffer found = ByteBuffer.allocate((int) Math.min(note.size(), LARGEST_NOTE));
        while (found.hasRemaining() && note.read(found) >= 0) {
            // until it is full
        }
        String text = UTF_8.decode(found.flip()).toString();
        if (text.isEmpty()) {
            ByteBuffer written = UTF_8.encode(description.toString());
            while (written.hasRemaining()) {
                note.write(written);
            }
            note.force(true);
            return;
        }
        List<String> different = differences(description, text);
        if (!different.isEmpty()) {
            throw new IllegalArgumentException(
                    "%s: holds an unfinished copy with another %s; remove it, or choose another"
                                    .formatted(folder, String.join(", ", different))
                            + " folder");
        }
    }

    private List<String> differences(ObjectNode description, String text) {
        JsonNode before;
        JsonNode now = JsonMapper.shared().readTree(description.toString()); // numbers as read
        try {
            before = JsonMapper.shared().readTree(text);
        } catch (JacksonException e) {
            throw new IllegalArgumentException(
                    "%s: %s is broken; remove the folder, or choose another"
                            .formatted(folder, NOTE),
                    e);
        }
        List<String> different = new ArrayList<>();
        for (String name : new TreeSet<>(now.propertyNames())) {
            if (!now.get(name).equals(before.get(name))) {
                different.add(name);
            }
        }
        return different;
    }

    private void removeUnfinished() throws IOException {
        try (DirectoryStream<Path> files =
                Files.newDirectoryStream(folder, "*" + ShardFile.UNFINISHED)) {
            for (Path file : files) {
                Files.delete(file);
            }
        }
    }

    Path resolve(String name) {
        return folder.resolve(name);
    }

    /** Whether an earlier run left this shard complete. */
    boolean hasShard(String name, List<Part> parts) {
        Path file = folder.resolve(name);
        if (!Files.exists(file)) {
            return false;
        }
        List<StoredTensor> expected = ShardFile.layOut(file, CopyPlan.specs(parts));
        try (SafetensorsFile shard = SafetensorsFile.open(file)) {
            return shard.tensors().equals(expected);
        } catch (CheckpointException e) {
            return false; // is written again
        }
    }

    /** Writes a small file in one step. */
    void writeText(String name, String text) throws IOException {
        Path unfinished = folder.resolve(name + ShardFile.UNFINISHED);
        Files.writeString(unfinished, text);
        Files.move(
                unfinished,
                folder.resolve(name),
                StandardCopyOption.ATOMIC_MOVE,
                StandardCopyOption.REPLACE_EXISTING);
    }

    /** Says that the copy is complete. */
    void finish() throws IOException {
        Files.delete(folder.resolve(NOTE));
    }

    /** Lets others at the folder. */
    @Override
    public void close() throws IOException {
        note.close();
    }
}
