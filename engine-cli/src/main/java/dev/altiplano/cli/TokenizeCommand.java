package dev.altiplano.cli;

import dev.altiplano.loader.Tokenizer;

import org.jspecify.annotations.Nullable;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.Callable;

/** Turns text into token ids. */
@Command(
        name = "tokenize",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        description =
                "Prints the token ids of a text. No begin token is added; no weights are needed.",
        footer = {
            "",
            "Examples:",
            "  altiplano tokenize demo/stories \"A kite.\"",
            "  altiplano tokenize demo/stories --special \"<|begin_of_text|>A kite.\"",
            "  altiplano tokenize tokenizer.model - < story.txt"
        })
final class TokenizeCommand implements Callable<Integer> {
    private final Terminal terminal;

    @Parameters(
            index = "0",
            paramLabel = "MODEL",
            description = "Folder with a tokenizer, or a tokenizer.json or tokenizer.model file.")
    private Path model = Path.of("");

    @Parameters(
            index = "1",
            paramLabel = "TEXT|-",
            description =
                    "The text; - reads the standard input, all of it as one text, or with --json"
                            + " one JSON string a line.")
    private String text = "";

    @Option(
            names = "--special",
            description = "Names of special tokens in the text become these tokens.")
    private boolean special;

    @Option(
            names = "--json",
            description = "Print a JSON array of ids; with - one array for each line.")
    private boolean json;

    TokenizeCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws IOException {
        Tokenizer tokenizer = Tokenizer.open(model);
        if (!text.equals("-")) {
            print(tokenizer, text);
        } else if (json) {
            eachLine(tokenizer);
        } else {
            byte[] all = terminal.in().readAllBytes();
            print(tokenizer, new String(all, StandardCharsets.UTF_8));
        }
        return ExitCode.FINE;
    }

    private void eachLine(Tokenizer tokenizer) throws IOException {
        BufferedReader lines =
                new BufferedReader(new InputStreamReader(terminal.in(), StandardCharsets.UTF_8));
        @Nullable String line;
        for (int number = 1; (line = lines.readLine()) != null; number++) {
            String string = Json.readString(line);
            if (string == null) {
                throw CommandException.failed(
                        "line %d of the input is no JSON string".formatted(number));
            }
            print(tokenizer, string);
            if (!lines.ready()) { // somebody may be waiting for the answer
                terminal.out().flush();
            }
        }
    }

    private void print(Tokenizer tokenizer, String string) {
        int[] ids = special ? tokenizer.encodeWithSpecials(string) : tokenizer.encode(string);
        terminal.out().println(json ? Arrays.toString(ids) : TokenIds.text(ids));
    }
}
