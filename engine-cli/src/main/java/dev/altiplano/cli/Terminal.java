package dev.altiplano.cli;

import java.io.Console;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/** The three streams of one run, and which of them somebody watches. */
final class Terminal {
    /** Set by the launcher when the standard error is a terminal, which Java cannot find out. */
    private static final String PROGRESS = "altiplano.progress";

    private static final String ERASE_LINE = "\r\u001b[K";

    private final Output out;
    private final PrintStream err;
    private final InputStream in;
    private final boolean interactive;
    private final boolean showsProgress;
    private boolean progressShown;

    private Terminal(
            Output out,
            PrintStream err,
            InputStream in,
            boolean interactive,
            boolean showsProgress) {
        this.out = out;
        this.err = err;
        this.in = in;
        this.interactive = interactive;
        this.showsProgress = showsProgress;
    }

    /** Streams that nobody watches. */
    static Terminal unwatched(OutputStream out, PrintStream err, InputStream in) {
        return new Terminal(new Output(out), err, in, false, false);
    }

    /** The streams of this process. */
    @SuppressWarnings("SystemConsoleNull") // it is, when a stream is redirected
    static Terminal ofProcess() {
        Console console = System.console();
        PrintStream err =
                new PrintStream(
                        new FileOutputStream(FileDescriptor.err), true, StandardCharsets.UTF_8);
        return new Terminal(
                new Output(new FileOutputStream(FileDescriptor.out)),
                err,
                System.in,
                console != null && console.isTerminal(),
                Boolean.getBoolean(PROGRESS));
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
