package dev.altiplano.cache;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/**
 * Memory in a mapped file: the system writes to disk what it needs the room of.
 *
 * <p>The file is locked while it is in use and deleted in the end. One that nobody has locked was
 * left by a process that died, and is deleted when the next one starts in the folder.
 *
 * <p>Space is written before it is mapped: on a full disk a write to a mapped hole would end the
 * process.
 */
final class PageFile implements SlabSource {
    private static final String PREFIX = "altiplano-pages-";
    private static final String SUFFIX = ".kv";
    private static final int ZEROS = 1 << 20;

    private final Path path;
    private final FileChannel channel;
    private final List<Extent> free = new ArrayList<>();
    private long size;

    private record Extent(long offset, long bytes) {}

    private PageFile(Path path, FileChannel channel) {
        this.path = path;
        this.channel = channel;
    }

    /**
     * Makes a file in the folder, and deletes those that were left there.
     *
     * @throws UncheckedIOException if the folder cannot be written to
     */
    static PageFile in(Path folder) {
        Path path = folder.resolve(PREFIX + UUID.randomUUID() + SUFFIX);
        try {
            Files.createDirectories(folder);
            deleteLeft(folder);
            FileChannel channel =
                    FileChannel.open(
                            path,
                            StandardOpenOption.CREATE_NEW,
                            StandardOpenOption.READ,
                            StandardOpenOption.WRITE);
            if (channel.tryLock() == null) { // the folder's next user took it for one left
                channel.close();
                throw new IOException(path + ": is locked by another process");
            }
            return new PageFile(path, channel);
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "%s: cannot hold keys and values: %s".formatted(folder, e.getMessage()), e);
        }
    }

    private static void deleteLeft(Path folder) throws IOException {
        try (DirectoryStream<Path> files =
                Files.newDirectoryStream(folder, PREFIX + "*" + SUFFIX)) {
            for (Path file : files) {
                if (isLeft(file)) {
                    Files.deleteIfExists(file);
                }
            }
        }
    }

    private static boolean isLeft(Path file) {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            @Nullable FileLock lock = channel.tryLock();
            return lock != null;
        } catch (OverlappingFileLockException e) { // another model of this process
            return false;
        } catch (IOException e) { // somebody else's, or gone in the meantime
            return false;
        }
    }

    @Override
    @SuppressWarnings("MustBeClosed") // the slab closes the arena, or the catch clause does
    public synchronized Slab take(long bytes) {
        Arena arena = Arena.ofShared();
        try {
            Extent extent = extent(bytes);
            MemorySegment memory = channel.map(MapMode.READ_WRITE, extent.offset(), bytes, arena);
            return new Slab(arena, memory, () -> giveBack(extent));
        } catch (IOException e) {
            arena.close();
            throw new CacheFullException(
                    "%s: gives no %d more bytes for keys and values: %s"
                            .formatted(path, bytes, e.getMessage()));
        }
    }

    private Extent extent(long bytes) throws IOException {
        for (int i = 0; i < free.size(); i++) {
            Extent extent = free.get(i);
            if (extent.bytes() >= bytes) {
                free.remove(i);
                if (extent.bytes() > bytes) {
                    free.add(new Extent(extent.offset() + bytes, extent.bytes() - bytes));
                }
                return new Extent(extent.offset(), bytes);
            }
        }
        long offset = size;
        ByteBuffer zeros = ByteBuffer.allocate(ZEROS);
        for (long at = offset; at < offset + bytes; ) {
            zeros.clear().limit((int) Math.min(ZEROS, offset + bytes - at));
            at += channel.write(zeros, at);
        }
        size += bytes;
        return new Extent(offset, bytes);
    }

    private synchronized void giveBack(Extent extent) {
        free.add(extent);
    }

    /** Deletes the file; the slabs were closed before. */
    @Override
    public void close() {
        try (channel) {
            Files.deleteIfExists(path);
        } catch (IOException e) { // the next model in this folder deletes it
            path.toFile().deleteOnExit();
        }
    }
}
