package dev.altiplano.cli;

import java.io.Console;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** The three streams of one run, and which of them somebody watches. */
final class Terminal {
    private static final String ERASE_LINE = "\r\u001b[K";

    private final Output out;
    private final PrintStream err;
    private final InputStream in;
    private final boolean interactive;
    private final boolean showsProgress;
    private boolean progressShown;

    private Terminal(OutputStream out, PrintStream err, InputStream in, boolean interactive) {
        this.out = new Output(out);
        this.err = err;
        this.in = in;
        this.interactive = interactive;
        this.showsProgress = interactive && isTerminal(2);
    }

    /** Streams that nobody watches. */
    static Terminal unwatched(OutputStream out, PrintStream err, InputStream in) {
        return new Terminal(out, err, in, false);
    }

    /** The streams of this process. */
    static Terminal ofProcess() {
        Console console = System.console();
        PrintStream err =
                new PrintStream(
                        new FileOutputStream(FileDescriptor.err), true, StandardCharsets.UTF_8);
        return new Terminal(
                new FileOutputStream(FileDescriptor.out),
                err,
                System.in,
                console != null && console.isTerminal());
    }

    /** The console answers for input and output only; where Linux does not tell, it has to do. */
    private static boolean isTerminal(int descriptor) {
        Path link = Path.of("/proc/self/fd/" + descriptor);
        try {
            return !Files.isSymbolicLink(link)
                    || Files.readSymbolicLink(link).toString().matches("/dev/(pts/|tty|console).*");
        } catch (IOException | SecurityException _) {
            return false;
        }
    }

    Output out() {
        return out;
    }

    InputStream in() {
        return in;
    }

    /** Whether a person types the input and reads the output. */
    boolean isInteractive() {
        return interactive;
    }

    /** Replaces what was shown of the progress; nothing when nobody watches. */
    void progress(String text) {
        if (showsProgress) {
            err.print(ERASE_LINE + text);
            err.flush();
            progressShown = true;
        }
    }

    /** Takes the progress off the screen. */
    void endProgress() {
        if (progressShown) {
            err.print(ERASE_LINE);
            err.flush();
            progressShown = false;
        }
    }

    /** Tells a person something that is no result; nothing when nobody watches. */
    void note(String line) {
        if (showsProgress) {
            endProgress();
            err.println(line);
        }
    }

    /** The one line of a failure. */
    void complain(String line) {
        endProgress();
        err.println("altiplano: " + line);
        err.flush();
    }

    void showStackTrace(Throwable failure) {
        failure.printStackTrace(err);
        err.flush();
    }
}
