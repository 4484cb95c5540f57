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
    private boolean lost; // said once, then nothing more is tried

    Output(OutputStream stream) {
        this.stream = new BufferedOutputStream(stream, 1 << 16);
    }

    void print(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        attempt(() -> stream.write(bytes));
    }

    void println(String text) {
        print(text);
        print("\n");
    }

    void flush() {
        attempt(stream::flush);
    }

    private void attempt(Write write) {
        if (lost) {
            return;
        }
        try {
            write.run();
        } catch (IOException e) {
            lost = true;
            throw new LostException(e);
        }
    }

    private interface Write {
        void run() throws IOException;
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
