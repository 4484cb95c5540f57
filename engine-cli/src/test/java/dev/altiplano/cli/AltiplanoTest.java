package dev.altiplano.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

class AltiplanoTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "`` | missing command: generate, chat, inspect, verify, tokenize, logits, image,"
                        + " render, bench, quantize, perplexity",
                "draw | unknown command 'draw'",
                "image M | missing required options and parameters",
                "--bogus | unknown option '--bogus'",
                "generate | missing required parameter: 'MODEL'",
                "generate M | no prompt, expected a text or --ids",
                "generate M text --ids 1 | both a prompt and --ids, expected one of them",
                "generate M text more | unexpected argument 'more'",
                "generate M text --bogus | unknown option '--bogus'",
                "generate M text --draw x.png | unknown option '--draw'",
                "generate M text --chat --raw | --chat and --raw contradict each other",
                "generate M text --json --print-ids | --json and --print-ids contradict each other",
                "generate M --ids 1 --raw | --ids and --chat or --raw contradict each other",
                "generate M --ids 1,x | --ids: 'x' is no token id",
                "generate M --ids 1,-2 | --ids: '-2' is no token id",
                "generate M text --max-tokens -1 | max tokens is -1, expected 0 or more",
                "generate M text --max-tokens many | 'many' is not an int",
                "generate M text --temperature -0.5 | temperature is -0.5, expected 0 to 100",
                "generate M text --temperature NaN | temperature is NaN, expected 0 to 100",
                "generate M text --top-k -1 | top-k is -1",
                "generate M text --top-p 0 | top-p is 0",
                "generate M text --min-p 1.5 | min-p is 1.5",
                "generate M text --seed 0.5 | '0.5' is not a long",
                "generate M text --seed 1 --seed 2 | should be specified only once",
                "generate M text --stop= | a stop string is empty",
                "generate M text --threads 0 | threads is 0, expected 1 to 1024",
                "chat M hello | unexpected argument 'hello'",
                "chat M --top-p 2 | top-p is 2",
                "inspect M --context 0 | --context is 0, expected 1 or more",
                "inspect M --context x | 'x' is not an int",
                "verify | missing required parameter: 'MODEL'",
                "tokenize M | missing required parameter: 'TEXT|-'",
                "logits M --ids 1 | missing required option: '--out=F.safetensors'",
                "logits M --out o | expected either --ids or --ids-file",
                "logits M --out o --ids 1 --ids-file f | expected either --ids or --ids-file",
                "logits M --out o --ids 1 --positions 3 | --positions is '3', expected all or last",
                "render M | expected either --messages or --context",
                "render M --messages a --context b | expected either --messages or --context",
                "render M --context b --no-generation-prompt | contradict each other",
                "bench M -p 0 -n 0 | 0 prompt tokens and 0 decoded tokens",
                "bench M -p -1 | -1 prompt tokens",
                "bench M --repeat 0 | --repeat is 0, expected 1 or more",
            })
    void wrongCallsAreAnsweredWithOneLineAndTwo(String args, String words) {
        Run run = Run.of(args.isEmpty() ? new String[0] : args.split(" ", -1));

        assertThat(run.failure(2)).contains(words);
        assertThat(run.out()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "generate M text",
                "generate M --ids 1 --print-ids",
                "chat M",
                "inspect M",
                "verify M",
                "tokenize M text",
                "logits M --ids 1 --out o",
                "logits . --ids-file M --out o",
                "render M --messages f",
                "render . --messages M",
                "bench M"
            })
    void missingFilesAreAnsweredWithOneLineAndOne(String args) {
        String words = Run.of(args.replace("M", "no/such/place").split(" ", -1)).failure(1);

        assertThat(words).contains("no/such/place");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "generate",
                "chat",
                "inspect",
                "verify",
                "tokenize",
                "logits",
                "image",
                "render",
                "bench",
                "quantize",
                "perplexity"
            })
    void eachCommandExplainsItself(String command) {
        String help = Run.of(command, "--help").fine();

        assertThat(help)
                .startsWith("Usage: altiplano " + command)
                .contains("MODEL", "Example", "--stacktrace");
        assertThat(help.lines()).allMatch(line -> line.length() <= 100);
        assertThat(Run.of(command, "--version").fine()).startsWith("altiplano ");
    }

    @Test
    void helpNamesAllCommands() {
        assertThat(Run.of("--help").fine())
                .contains("generate", "chat", "inspect", "verify")
                .contains("tokenize", "logits", "render", "bench");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--stacktrace inspect no/such/place",
                "inspect --stacktrace no/such/place",
                "inspect no/such/place --stacktrace"
            })
    void aStackTraceIsShownWhenAskedForAnywhere(String args) {
        Run run = Run.of(args.split(" ", -1));

        assertThat(run.err())
                .startsWith("altiplano: no/such/place")
                .contains("CheckpointException", "\tat dev.altiplano");
        assertThat(run.code()).isEqualTo(1);
    }

    @Test
    void aReaderThatHasSeenEnoughIsNoFailure() {
        assertThat(writingTo("Broken pipe")).isEqualTo("0 ");
    }

    @Test
    void outputThatCannotBeWrittenIsSaidOnce() {
        assertThat(writingTo("No space left on device"))
                .isEqualTo("1 altiplano: cannot write the result: No space left on device\n");
    }

    /** Runs a command whose output cannot be written; exit code and standard error. */
    private static String writingTo(String fault) {
        OutputStream out =
                new OutputStream() {
                    @Override
                    public void write(int b) throws IOException {
                        throw new IOException(fault);
                    }
                };
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        int code =
                Altiplano.run(
                        out,
                        new PrintStream(err, true, StandardCharsets.UTF_8),
                        InputStream.nullInputStream(),
                        "inspect",
                        Demo.PATH);
        return code + " " + err.toString(StandardCharsets.UTF_8);
    }
}
