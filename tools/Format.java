import com.google.googlejavaformat.java.Main;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Lists the Java files whose layout differs from google-java-format's (AOSP: four spaces, 100
 * columns), or rewrites them. Maven runs it with the formatter on the class path.
 */
class Format {
    private static final List<String> CHECK = List.of("--dry-run", "--set-exit-if-changed");
    private static final List<String> FIX = List.of("--replace");

    /** Takes {@code check} or {@code fix}; the current directory is the root of the project. */
    public static void main(String[] args) throws Exception {
        boolean fix = args[0].equals("fix");
        List<String> arguments = new ArrayList<>(List.of("--aosp"));
        arguments.addAll(fix ? FIX : CHECK);
        arguments.addAll(sources());

        StringWriter found = new StringWriter();
        int exit =
                new Main(new PrintWriter(found), new PrintWriter(System.err, true), System.in)
                        .format(arguments.toArray(String[]::new));
        if (exit != 0 && !fix) {
            System.err.print("Not formatted:\n" + found.toString().indent(2));
            System.err.println("To format everything: mvn -N -Pformat");
        }
        System.exit(exit);
    }

    private static List<String> sources() throws Exception {
        try (Stream<Path> files = Files.walk(Path.of(""))) {
            return files.filter(file -> file.toString().endsWith(".java"))
                    .filter(file -> !file.toString().contains("target"))
                    .map(Path::toString)
                    .sorted()
                    .toList();
        }
    }
}
