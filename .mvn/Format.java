import com.google.googlejavaformat.java.Main;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * Lists the Java files whose layout differs from google-java-format's (AOSP: four spaces, 100
 * columns), or rewrites them. Maven runs it with the formatter on the class path.
 */
class Format {
    /** Takes {@code check} or {@code fix}; the current directory is the root of the project. */
    public static void main(String[] args) throws Exception {
        if (args[0].equals("fix")) {
            int exit = format(new StringWriter(), "--replace");
            // where the first pass split a long string, the second one indents the parts
            System.exit(exit == 0 ? format(new StringWriter(), "--replace") : exit);
        }
        StringWriter found = new StringWriter();
        int exit = format(found, "--dry-run", "--set-exit-if-changed");
        if (exit != 0) {
            System.err.print("Not formatted:\n" + found.toString().indent(2));
            System.err.println("To format everything: mvn -N -Pformat");
        }
        System.exit(exit);
    }

    private static int format(StringWriter out, String... options) throws Exception {
        List<String> arguments =
                Stream.of(Stream.of("--aosp"), Stream.of(options), sources().stream())
                        .flatMap(argument -> argument)
                        .toList();
        return new Main(new PrintWriter(out), new PrintWriter(System.err, true), System.in)
                .format(arguments.toArray(String[]::new));
    }

    private static List<String> sources() throws Exception {
        try (Stream<Path> files = Files.walk(Path.of(""))) {
            return files.map(Path::toString)
                    .filter(file -> file.endsWith(".java"))
                    .filter(file -> !file.contains("target"))
                    .sorted()
                    .toList();
        }
    }
}
