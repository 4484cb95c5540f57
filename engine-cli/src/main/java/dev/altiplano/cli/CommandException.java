package dev.altiplano.cli;

import java.io.Serial;

/** A command that cannot go on; the message is the line that the user reads. */
final class CommandException extends RuntimeException {
    @Serial private static final long serialVersionUID = 1;

    private final int exitCode;

    private CommandException(int exitCode, String message) {
        super(message);
        this.exitCode = exitCode;
    }

    /** The command was called in a wrong way. */
    static CommandException usage(String message) {
        return new CommandException(ExitCode.USAGE, message);
    }

    /** The command was called rightly and failed. */
    static CommandException failed(String message) {
        return new CommandException(ExitCode.FAILED, message);
    }

    int exitCode() {
        return exitCode;
    }
}
