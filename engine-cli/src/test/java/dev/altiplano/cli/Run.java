package dev.altiplano.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** What one call of the command did. */
record Run(int code, String out, String err) {
    static Run of(String... args) {
        return withInput("", args);
    }

    static Run withInput(String input, String... args) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        int code =
                Altiplano.run(
                        out,
                        new PrintStream(err, true, StandardCharsets.UTF_8),
                        new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)),
                        args);
        return new Run(
                code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }

    /** The results of a call that was fine and said nothing else. */
    String fine() {
        assertThat(err).isEmpty();
        assertThat(code).as(out).isZero();
        return out;
    }

    /** The words of the one line of a failure. */
    String failure(int expectedCode) {
        List<String> lines = err.lines().toList();
        assertThat(lines).as(out).hasSize(1);
        assertThat(lines.getFirst()).startsWith("altiplano: ");
        assertThat(code).as(err).isEqualTo(expectedCode);
        return lines.getFirst().substring("altiplano: ".length());
    }
}
