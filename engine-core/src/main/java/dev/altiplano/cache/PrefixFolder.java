package dev.altiplano.cache;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Entries of the prefix cache in files, one each, named by their keys: they outlive the process.
 *
 * <p>The first key stands for checkpoint, kernels and block size, so a file is found only where it
 * gives the same bits. Files that cannot be read are deleted, those that were not used for the
 * longest time make room.
 */
final class PrefixFolder {
    private static final String SUFFIX = ".altikv";

    /** A file that is being written for longer than this was left by a process that died. */
    private static final Duration LEFT = Duration.ofHours(1);

    private final Path folder;
    private final long budget;
    private long bytes;

    private record Stored(Path path, long bytes, FileTime used) {}

    /**
     * @param budget most bytes of files
     * @throws UncheckedIOException if the folder cannot be used
     */
    PrefixFolder(Path folder, long budget) {
        this.folder = folder;
        this.budget = budget;
        try {
            Files.createDirectories(folder);
            deleteUnfinished();
            bytes = stored().stream().mapToLong(Stored::bytes).sum();
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "%s: cannot hold prefixes: %s".formatted(folder, e.getMessage()), e);
        }
    }

    private void deleteUnfinished() throws IOException {
        FileTime limit = FileTime.from(Instant.now().minus(LEFT));
        try (DirectoryStream<Path> parts = Files.newDirectoryStream(folder, ".*" + SUFFIX + ".*")) {
            for (Path part : parts) {
                if (Files.getLastModifiedTime(part).compareTo(limit) < 0) {
                    Files.deleteIfExists(part);
                }
            }
        }
    }

    private List<Stored> stored() throws IOException {
        List<Stored> all = new ArrayList<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, "*" + SUFFIX)) {
            for (Path file : files) {
                try {
                    all.add(new Stored(file, Files.size(file), Files.getLastModifiedTime(file)));
                } catch (NoSuchFileException e) { // another process deletes too
                    continue;
                }
            }
        }
        return all;
    }

    /** Whether there seems to be an entry of that key. */
    boolean holds(PrefixKey key) {
        return Files.exists(path(key));
    }

    private Path path(PrefixKey key) {
        return folder.resolve(key.hex() + SUFFIX);
    }

    /** Fills pages with what an entry holds; false if it is not there or not readable. */
    boolean read(PrefixKey key, List<Page> pages) {
        Path path = path(key);
        try (KvFile file = KvFile.open(path)) {
            file.requirePages(pages.size(), pages.isEmpty() ? 0 : pages.getFirst().data.byteSize());
            file.read(pages.stream().map(page -> page.data).toList());
            Files.setLastModifiedTime(path, FileTime.from(Instant.now()));
            return true;
        } catch (KvFileException e) { // damaged: the next one that reads the tokens writes it anew
            delete(path);
            return false;
        } catch (IOException e) {
            return false;
        }
    }

    /** Writes an entry, unless it is there or cannot be written: then the next process misses. */
    void write(PrefixEntry entry, KvStore store) {
        Path path = path(entry.key);
        if (Files.exists(path)) {
            return;
        }
        try {
            KvFile.write(path, new byte[0], store.saved(entry), store.layout().pageBytes());
            bytes += Files.size(path);
            if (bytes > budget) {
                makeRoom();
            }
        } catch (IOException e) {
            return;
        }
    }

    private void makeRoom() throws IOException {
        List<Stored> all = stored();
        all.sort(Comparator.comparing(Stored::used));
        bytes = all.stream().mapToLong(Stored::bytes).sum();
        for (Stored file : all) {
            if (bytes <= budget) {
                return;
            }
            delete(file.path());
            bytes -= file.bytes();
        }
    }

    private static void delete(Path path) {
        try {
            Files.deleteIfExists(path);
        } catch (IOException e) { // somebody else's file; it is not read again in this state
            return;
        }
    }
}
