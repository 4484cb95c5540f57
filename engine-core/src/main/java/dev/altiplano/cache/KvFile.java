package dev.altiplano.cache;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import java.util.zip.CRC32C;

/**
 * Pages in a file, behind a header that says what they are.
 *
 * <pre>
 * 8 bytes  "ALTIKV" and the version in two digits
 * int      bytes of the header
 * int      pages
 * long     bytes of a page
 * header
 * pages
 * int[]    CRC-32C of each page
 * int      CRC-32C of everything but the pages
 * </pre>
 *
 * <p>Little-endian. Slots of a page that hold nothing are zero.
 */
public final class KvFile implements AutoCloseable {
    /** ALTIKV01, the first letter in the lowest byte. */
    private static final long MAGIC = 0x3130564B_49544C41L;

    /** The bytes of the name. */
    private static final long NAME_MASK = 0xFFFF_FFFF_FFFFL;

    private static final int FRONT = 24;

    private final Path path;
    private final FileChannel channel;
    private final ByteBuffer header;
    private final int pages;
    private final long pageBytes;
    private final ByteBuffer sums;

    private KvFile(
            Path path, FileChannel channel, Front front, ByteBuffer header, ByteBuffer sums) {
        this.path = path;
        this.channel = channel;
        this.header = header;
        this.pages = front.pages();
        this.pageBytes = front.pageBytes();
        this.sums = sums;
    }

    private record Front(int headerBytes, int pages, long pageBytes) {
        long fileBytes() {
            return FRONT + headerBytes + pages * pageBytes + 4L * pages + 4;
        }

        ByteBuffer bytes() {
            return ByteBuffer.allocate(FRONT)
                    .order(LITTLE_ENDIAN)
                    .putLong(MAGIC)
                    .putInt(headerBytes)
                    .putInt(pages)
                    .putLong(pageBytes)
                    .flip();
        }
    }

    /** Writes pages under a header; another file of that name is replaced when all is on disk. */
    static void write(Path target, byte[] header, List<SavedPage> pages, long pageBytes)
            throws IOException {
        Path folder = target.toAbsolutePath().getParent();
        Path part = target.resolveSibling("." + target.getFileName() + "." + UUID.randomUUID());
        try {
            try (FileChannel channel =
                    FileChannel.open(
                            part, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
                write(channel, header, pages, pageBytes);
                channel.force(true);
            }
            Files.move(part, target, StandardCopyOption.ATOMIC_MOVE);
            forceFolder(folder);
        } finally {
            Files.deleteIfExists(part);
        }
    }

    private static void write(
            FileChannel channel, byte[] header, List<SavedPage> pages, long pageBytes)
            throws IOException {
        ByteBuffer front = new Front(header.length, pages.size(), pageBytes).bytes();
        ByteBuffer sums = ByteBuffer.allocate(4 * pages.size()).order(LITTLE_ENDIAN);
        CRC32C all = new CRC32C();
        all.update(front.duplicate());
        all.update(header);
        writeAll(channel, front);
        writeAll(channel, ByteBuffer.wrap(header));
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment copy = arena.allocate(pageBytes);
            for (SavedPage page : pages) {
                ByteBuffer bytes = page.bytes(copy);
                CRC32C sum = new CRC32C();
                sum.update(bytes.duplicate());
                sums.putInt((int) sum.getValue());
                writeAll(channel, bytes);
            }
        }
        sums.flip();
        all.update(sums.duplicate());
        writeAll(channel, sums);
        ByteBuffer end = ByteBuffer.allocate(4).order(LITTLE_ENDIAN);
        writeAll(channel, end.putInt((int) all.getValue()).flip());
    }

    private static void writeAll(FileChannel channel, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }

    /** Makes the new name outlive a power cut, where the system lets a folder be forced. */
    private static void forceFolder(@Nullable Path folder) {
        if (folder == null) {
            return;
        }
        try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        } catch (IOException e) { // Windows does not
            return;
        }
    }

    /**
     * Opens a file and checks everything but the pages.
     *
     * @throws KvFileException if it is no such file, or a torn or damaged one
     */
    @SuppressWarnings("MustBeClosed") // the result closes the channel, or the catch clause does
    public static KvFile open(Path path) throws IOException {
        FileChannel channel = FileChannel.open(path, StandardOpenOption.READ);
        try {
            return open(path, channel);
        } catch (Throwable e) {
            channel.close();
            throw e;
        }
    }

    private static KvFile open(Path path, FileChannel channel) throws IOException {
        Front front = front(path, channel);
        ByteBuffer header = read(channel, FRONT, front.headerBytes());
        long end = FRONT + front.headerBytes() + front.pages() * front.pageBytes();
        ByteBuffer sums = read(channel, end, 4 * front.pages() + 4);
        CRC32C all = new CRC32C();
        all.update(front.bytes());
        all.update(header.duplicate());
        all.update(sums.duplicate().limit(4 * front.pages()));
        if ((int) all.getValue() != sums.getInt(4 * front.pages())) {
            throw new KvFileException(
                    "%s: the checksum of the header is %08x, expected %08x: the file is damaged"
                            .formatted(path, (int) all.getValue(), sums.getInt(4 * front.pages())));
        }
        return new KvFile(path, channel, front, header, sums);
    }

    private static Front front(Path path, FileChannel channel) throws IOException {
        long size = channel.size();
        ByteBuffer bytes = size < FRONT ? ByteBuffer.allocate(FRONT) : read(channel, 0, FRONT);
        bytes.order(LITTLE_ENDIAN);
        long magic = bytes.getLong(0);
        if ((magic & NAME_MASK) != (MAGIC & NAME_MASK)) {
            throw new KvFileException(
                    "%s: does not begin with ALTIKV: it was not written by Altiplano"
                            .formatted(path));
        }
        if (magic != MAGIC) {
            throw new KvFileException(
                    "%s: has version %s, expected %s: another Altiplano wrote it"
                            .formatted(path, version(magic), version(MAGIC)));
        }
        Front front = new Front(bytes.getInt(8), bytes.getInt(12), bytes.getLong(16));
        if (!isPossible(front, size)) {
            throw new KvFileException(
                    "%s: has %d bytes, but its first bytes speak of a header of %d and %d pages of %d: it is torn or damaged"
                            .formatted(
                                    path,
                                    size,
                                    front.headerBytes(),
                                    front.pages(),
                                    front.pageBytes()));
        }
        return front;
    }

    /** Each number by itself first, so that their product cannot overflow. */
    private static boolean isPossible(Front front, long size) {
        return front.headerBytes() >= 0
                && front.headerBytes() <= size
                && front.pages() >= 0
                && front.pages() < Integer.MAX_VALUE / 4
                && front.pageBytes() > 0
                && front.pageBytes() <= Integer.MAX_VALUE
                && front.fileBytes() == size;
    }

    private static String version(long magic) {
        return "" + (char) (magic >>> 48 & 0xFF) + (char) (magic >>> 56);
    }

    private static ByteBuffer read(FileChannel channel, long from, int count) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(count).order(LITTLE_ENDIAN);
        readAll(channel, from, bytes);
        return bytes.flip();
    }

    private static void readAll(FileChannel channel, long from, ByteBuffer bytes)
            throws IOException {
        long at = from;
        while (bytes.hasRemaining()) {
            int read = channel.read(bytes, at);
            if (read < 0) {
                throw new IOException("ends at byte " + at);
            }
            at += read;
        }
    }

    /** The file, for messages. */
    public Path path() {
        return path;
    }

    /** What {@link #write} got. */
    public ByteBuffer header() {
        return header.duplicate().order(LITTLE_ENDIAN);
    }

    /**
     * Refuses to go on if there are not so many pages of this size.
     *
     * @throws KvFileException with the numbers
     */
    void requirePages(long count, long bytes) {
        if (count != pages || pages > 0 && bytes != pageBytes) {
            throw new KvFileException(
                    "%s: has %d pages of %d bytes, expected %d of %d"
                            .formatted(path, pages, pageBytes, count, bytes));
        }
    }

    /**
     * Reads all pages, on several threads.
     *
     * @param into as many as {@link #requirePages} was asked about
     * @throws KvFileException if one is damaged
     */
    void read(List<MemorySegment> into) throws IOException {
        AtomicReference<@Nullable IOException> failure = new AtomicReference<>();
        IntStream.range(0, pages)
                .parallel()
                .forEach(i -> {
                    try {
                        read(i, into.get(i).asByteBuffer());
                    } catch (IOException e) {
                        failure.set(e);
                    }
                });
        IOException failed = failure.get();
        if (failed != null) {
            throw failed;
        }
    }

    private void read(int page, ByteBuffer into) throws IOException {
        readAll(channel, FRONT + header.limit() + page * pageBytes, into);
        CRC32C sum = new CRC32C();
        sum.update(into.flip());
        if ((int) sum.getValue() != sums.getInt(4 * page)) {
            throw new KvFileException(
                    "%s: the checksum of page %d is %08x, expected %08x: the file is damaged"
                            .formatted(path, page, (int) sum.getValue(), sums.getInt(4 * page)));
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
