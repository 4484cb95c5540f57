package dev.altiplano.cli;

import dev.altiplano.InsufficientMemoryException;
import dev.altiplano.loader.CheckpointException;
import dev.altiplano.loader.TemplateException;

import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.List;
import java.util.Locale;

/** Turns what went wrong into one line and an exit code. */
final class Failure {
    private Failure() {}

    /**
     * Says what went wrong.
     *
     * @return the exit code
     */
    static int report(Throwable failure, Terminal terminal, boolean stackTrace) {
        if (failure instanceof Output.LostException lost && lost.isBrokenPipe()) {
            return ExitCode.FINE; // the reader has seen enough
        }
        terminal.complain(line(failure));
        if (stackTrace) {
            terminal.showStackTrace(failure);
        }
        return switch (failure) {
            case CommandException command -> command.exitCode();
            case ParameterException _ -> ExitCode.USAGE;
            default -> ExitCode.FAILED;
        };
    }

    /** What went wrong, in one line. */
    static String line(Throwable failure) {
        String words =
                switch (failure) {
                    case UnmatchedArgumentException unmatched -> unmatched(unmatched);
                    case ParameterException wrong -> withHint(message(wrong), wrong);
                    case UncheckedIOException wrapped when wrapped.getCause() != null ->
                            io(wrapped.getCause());
                    case IOException plain -> io(plain);
                    case OutOfMemoryError _ -> "out of memory: " + message(failure);
                    case CommandException _,
                            CheckpointException _,
                            TemplateException _,
                            InsufficientMemoryException _,
                            Output.LostException _,
                            IllegalArgumentException _,
                            IllegalStateException _ ->
                            message(failure);
                    default -> "unexpected " + failure + " (--stacktrace shows where)";
                };
        return words.strip().replaceAll("\\s*\\R\\s*", " ");
    }

    private static String unmatched(UnmatchedArgumentException failure) {
        List<String> all = failure.getUnmatched();
        String first = all.isEmpty() ? "" : all.getFirst();
        boolean top = failure.getCommandLine().getParent() == null;
        if (first.startsWith("-")) {
            String more = top ? "" : "; a text that begins with - goes behind --";
            return withHint("unknown option '%s'%s".formatted(first, more), failure);
        }
        return withHint(
                (top ? "unknown command '%s'" : "unexpected argument '%s'").formatted(first),
                failure);
    }

    private static String withHint(String words, ParameterException failure) {
        String text =
                words.isEmpty()
                        ? words
                        : words.substring(0, 1).toLowerCase(Locale.ROOT) + words.substring(1);
        return "%s (see %s --help)"
                .formatted(text, failure.getCommandLine().getCommandSpec().qualifiedName());
    }

    private static String io(IOException cause) {
        return switch (cause) {
            case NoSuchFileException missing -> missing.getFile() + ": does not exist";
            case AccessDeniedException denied -> denied.getFile() + ": permission denied";
            case FileSystemException file when file.getReason() != null ->
                    file.getFile() + ": " + file.getReason();
            default -> message(cause);
        };
    }

    private static String message(Throwable failure) {
        String message = failure.getMessage();
        return message == null || message.isBlank() ? failure.getClass().getSimpleName() : message;
    }
}
