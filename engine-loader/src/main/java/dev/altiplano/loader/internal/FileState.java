package dev.altiplano.loader.internal;

import dev.altiplano.loader.CheckpointException;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;

/**
 * What a file looked like when it was mapped.
 *
 * @param key identity of the file behind the name; null where the platform has none
 */
record FileState(Path path, long size, FileTime modified, @Nullable Object key) {
    static FileState of(Path path) throws IOException {
        BasicFileAttributes now = Files.readAttributes(path, BasicFileAttributes.class);
        return new FileState(path, now.size(), now.lastModifiedTime(), now.fileKey());
    }

    /**
     * Throws if the file was changed in place. A deleted or replaced one is not: a mapping keeps
     * the old file and its contents.
     */
    void checkUnchanged() {
        FileState now;
        try {
            now = of(path);
        } catch (NoSuchFileException e) {
            return;
        } catch (IOException e) {
            throw SmallFile.unreadable(SmallFile.name(path), e);
        }
        boolean replaced = key != null && !key.equals(now.key);
        if (!replaced && (size != now.size || !modified.equals(now.modified))) {
            throw new CheckpointException(
                    "%s: was changed while it was open: has %d bytes of %s, expected %d bytes of %s"
                            .formatted(
                                    SmallFile.name(path), now.size, now.modified, size, modified));
        }
    }
}
