package dev.altiplano.cli;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.Serial;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** Where results go: UTF-8 whatever the locale, and errors of writing are not swallowed. */
final class Output {
    private final BufferedOutputStream stream;

    Output(OutputStream stream) {
        this.stream = new BufferedOutputStream(stream, 1 << 16);
    }

    void print(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        try {
            stream.write(bytes);
        } catch (IOException e) {
            throw new LostException(e);
        }
    }

    void println(String text) {
        print(text);
        print("\n");
    }

    void flush() {
        try {
            stream.flush();
        } catch (IOException e) {
            throw new LostException(e);
        }
    }

    /** Nothing more can be written. */
    static final class LostException extends RuntimeException {
        @Serial private static final long serialVersionUID = 1;

        private LostException(IOException cause) {
            super("cannot write the result: " + cause.getMessage(), cause);
        }

        /** Whether the reader has just stopped reading, as {@code head} does. */
        boolean isBrokenPipe() {
            return String.valueOf(getMessage()).toLowerCase(Locale.ROOT).contains("pipe");
        }
    }
}
