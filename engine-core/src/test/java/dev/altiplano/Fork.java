package dev.altiplano;

import static java.util.Objects.requireNonNull;

import java.io.File;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Runs a program of these tests in a JVM of its own. */
final class Fork {
    static final String VECTORS = "--add-modules=jdk.incubator.vector";

    private final List<String> command = new ArrayList<>();

    /** With options for the JVM. */
    Fork(String... options) {
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of(options));
    }

    /** What the program prints; fails when it does not end by itself, and well. */
    String run(Class<?> program, String... arguments)
            throws IOException, InterruptedException, URISyntaxException {
        command.addAll(List.of("-cp", classPath(program), program.getName()));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command).redirectError(Redirect.DISCARD).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (!process.waitFor(60, TimeUnit.SECONDS) || process.exitValue() != 0) {
            process.destroyForcibly();
            throw new AssertionError("%s failed and said: %s".formatted(command, said));
        }
        return said;
    }

    /** The modules of this JVM as a class path, and these tests. */
    private static String classPath(Class<?> program) throws URISyntaxException, IOException {
        List<Path> modules =
                ModuleLayer.boot().configuration().modules().stream()
                        .flatMap(module -> module.reference().location().stream())
                        .filter(location -> location.getScheme().equals("file"))
                        .map(Path::of)
                        .toList();
        String file = program.getSimpleName() + ".class";
        URI self = requireNonNull(program.getResource(file)).toURI();
        Path tests = requireNonNull(Path.of(self).getParent()).resolve("../..").toRealPath();
        return Stream.concat(modules.stream(), Stream.of(tests))
                .map(Path::toString)
                .collect(Collectors.joining(File.pathSeparator));
    }
}
