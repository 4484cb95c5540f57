package dev.altiplano.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Arrays;

/** The {@code altiplano} command. */
@Command(
        name = "altiplano",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        synopsisSubcommandLabel = "COMMAND",
        description =
                "Runs Llama 4 checkpoints as they were downloaded: MODEL is a folder with"
                        + " config.json and safetensors files.",
        footer = {
            "",
            "altiplano COMMAND --help explains a command. Exit codes: 0 fine, 2 wrong call, 1"
                    + " anything else, with one line on the standard error.",
            "",
            "Examples:",
            "  altiplano generate demo/stories \"Tell me a story about a fox and a kite.\"",
            "  altiplano inspect demo/stories --context 4096",
            "  altiplano verify demo/stories"
        })
public final class Altiplano implements Runnable {
    private static final String STACK_TRACE = "--stacktrace";

    @Spec private CommandSpec spec = CommandSpec.create();

    @Option(
            names = STACK_TRACE,
            scope = ScopeType.INHERIT,
            description = "Show where in the program a failure came from.")
    @SuppressWarnings("unused") // looked for before anything is parsed; declared to be accepted
    private boolean stackTrace;

    private Altiplano() {}

    /** Runs one command and ends the process with its exit code. */
    public static void main(String[] args) {
        System.exit(run(Terminal.ofProcess(), args));
    }

    /**
     * Runs one command inside this process.
     *
     * @param out takes results
     * @param err takes the line of a failure
     * @return the exit code: 0 fine, 2 wrong call, 1 anything else
     */
    static int run(OutputStream out, PrintStream err, InputStream in, String... args) {
        return run(Terminal.unwatched(out, err, in), args);
    }

    private static int run(Terminal terminal, String... args) {
        boolean stackTrace = Arrays.asList(args).contains(STACK_TRACE);
        try {
            int code = commandLine(terminal, stackTrace).execute(args);
            terminal.endProgress();
            terminal.out().flush();
            return code;
        } catch (Throwable e) {
            return Failure.report(e, terminal, stackTrace);
        }
    }

    private static CommandLine commandLine(Terminal terminal, boolean stackTrace) {
        StringWriter help = new StringWriter();
        CommandLine line =
                new CommandLine(new Altiplano())
                        .addSubcommand(new GenerateCommand(terminal))
                        .addSubcommand(new ChatCommand(terminal))
                        .addSubcommand(new InspectCommand(terminal))
                        .addSubcommand(new VerifyCommand(terminal))
                        .addSubcommand(new TokenizeCommand(terminal))
                        .addSubcommand(new LogitsCommand(terminal))
                        .addSubcommand(new ImageCommand(terminal))
                        .addSubcommand(new RenderCommand(terminal))
                        .addSubcommand(new BenchCommand(terminal))
                        .addSubcommand(new QuantizeCommand(terminal))
                        .addSubcommand(new PerplexityCommand(terminal));
        return line.setExpandAtFiles(false) // a prompt may begin with @
                .setUsageHelpWidth(100)
                .setColorScheme(CommandLine.Help.defaultColorScheme(Ansi.OFF))
                .setOut(new PrintWriter(help))
                .setParameterExceptionHandler(
                        (failure, _) -> Failure.report(failure, terminal, stackTrace))
                .setExecutionExceptionHandler(
                        (failure, _, _) -> Failure.report(failure, terminal, stackTrace))
                .setExecutionStrategy(parsed -> {
                    int code = new CommandLine.RunLast().execute(parsed);
                    terminal.out().print(help.toString());
                    return code;
                });
    }

    /** No command was named. */
    @Override
    public void run() {
        throw new ParameterException(
                spec.commandLine(),
                "missing command: " + String.join(", ", spec.subcommands().keySet()));
    }
}
