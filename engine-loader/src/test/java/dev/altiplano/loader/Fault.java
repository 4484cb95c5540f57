package dev.altiplano.loader;

import java.util.function.Consumer;

/** One thing that is wrong with a folder. */
record Fault(String name, Consumer<FolderFiles> spoil) {}
