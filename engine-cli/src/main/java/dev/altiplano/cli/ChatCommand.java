package dev.altiplano.cli;

import dev.altiplano.FinishReason;
import dev.altiplano.GenerationEvent;
import dev.altiplano.GenerationRequest;
import dev.altiplano.Llama4Model;
import dev.altiplano.Message;
import dev.altiplano.Session;
import dev.altiplano.TokenStream;
import dev.altiplano.loader.TemplateException;

import org.jspecify.annotations.Nullable;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;

/** Talks, line by line. */
@Command(
        name = "chat",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        description =
                "Talks with a model: each line of the standard input is a message, each answer is"
                        + " printed as it is made.",
        footer = {
            "",
            "/image FILE shows a picture with the next message, /reset starts a new conversation,"
                    + " /exit or the end of the input ends the program, Ctrl-C ends an answer.",
            "",
            "Examples:",
            "  altiplano chat demo/stories",
            "  printf '/image a.png\\nWhat is it?\\n' | altiplano chat"
                    + " Llama-4-Scout-17B-16E-Instruct",
            "  printf 'Tell me a story.\\nAnother one.\\n' | altiplano chat demo/stories"
        })
final class ChatCommand implements Callable<Integer> {
    private static final String HELP =
            "/image FILE shows a picture with the next message, /reset starts a new conversation,"
                    + " /exit ends the program, Ctrl-C ends an answer";

    private final Terminal terminal;

    @Mixin private final ModelArgument model = new ModelArgument();

    @Option(
            names = "--system",
            paramLabel = "TEXT",
            description = "What the model is told before the conversation.")
    private @Nullable String system;

    @Mixin private final SamplingOptions sampling = new SamplingOptions();

    ChatCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws IOException {
        sampling.check();
        model.options();
        BufferedReader lines =
                new BufferedReader(new InputStreamReader(terminal.in(), StandardCharsets.UTF_8));
        try (Llama4Model opened = model.open()) {
            Interrupt interrupt = terminal.isInteractive() ? Interrupt.caught() : new Interrupt();
            terminal.note(HELP);
            while (converse(opened, lines, interrupt)) {
                terminal.note("a new conversation");
            }
        }
        return ExitCode.FINE;
    }

    /** Holds one conversation; false when it was the last. */
    private boolean converse(Llama4Model opened, BufferedReader lines, Interrupt interrupt)
            throws IOException {
        boolean first = true;
        ShownPictures pictures = new ShownPictures(opened, model.folder());
        try (Session session = opened.newSession()) {
            while (true) {
                @Nullable String line = ask(lines);
                if (line == null || line.strip().equals("/exit")) {
                    return false;
                }
                if (ShownPictures.isCommand(line.strip())) {
                    show(pictures, line.strip());
                    continue;
                }
                switch (line.strip()) {
                    case "" -> {}
                    case "/reset" -> {
                        return true;
                    }
                    case "/help" -> terminal.out().println(HELP);
                    default -> {
                        Message message = Message.user(pictures.withWords(line));
                        boolean answered = answered(session, request(message, first), interrupt);
                        first &= !answered;
                    }
                }
            }
        }
    }

    private @Nullable String ask(BufferedReader lines) throws IOException {
        if (terminal.isInteractive()) {
            terminal.out().print("> ");
        }
        terminal.out().flush();
        return lines.readLine();
    }

    private void show(ShownPictures pictures, String line) {
        try {
            terminal.note(pictures.add(line));
        } catch (CommandException | IllegalArgumentException e) {
            terminal.out().flush();
            terminal.complain(Failure.line(e));
        }
    }

    private GenerationRequest request(Message message, boolean first) {
        List<Message> messages = new ArrayList<>();
        if (first && system != null) {
            messages.add(Message.system(system));
        }
        messages.add(message);
        return sampling.applyTo(GenerationRequest.chat(messages))
                .onPromptProgress((done, total) ->
                        terminal.progress("reading: %d of %d tokens".formatted(done, total)));
    }

    /** Answers, or says why not; false when the session is as it was. */
    private boolean answered(Session session, GenerationRequest request, Interrupt interrupt) {
        try {
            answer(session, request, interrupt);
            return true;
        } catch (IllegalArgumentException | IllegalStateException | TemplateException e) {
            terminal.out().flush();
            terminal.complain(Failure.line(e));
            int _ = session.length(); // throws if the session is closed, which ends the chat
            return false;
        }
    }

    private void answer(Session session, GenerationRequest request, Interrupt interrupt) {
        try (TokenStream stream = session.stream(request)) {
            interrupt.during(stream::close);
            for (GenerationEvent event : stream) {
                if (!event.text().isEmpty()) {
                    terminal.endProgress();
                    terminal.out().print(event.text());
                    terminal.out().flush();
                }
            }
            terminal.endProgress();
            terminal.out().println("");
            if (stream.result()
                    .map(r -> r.finishReason() == FinishReason.CONTEXT_FULL)
                    .orElse(false)) {
                terminal.note("the context is full; /reset starts a new conversation");
            }
        } finally {
            interrupt.during(null);
        }
    }
}
