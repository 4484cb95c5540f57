package dev.altiplano;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The messages of a session, what of them its sequence stands for, and where its turns began.
 *
 * <p>A session may also hold text or ids that are no messages; then it goes on from these only.
 */
final class Conversation {
    private final Llama4Model model;
    private final List<Message> messages = new ArrayList<>();
    private final List<TurnMark> marks = new ArrayList<>();
    private final IdentityHashMap<Image, Picture> pictures = new IdentityHashMap<>();
    private boolean holdsOtherThanChat;
    private boolean endedByStopToken;

    /** The words that the sequence stands for, when it can go on from them. */
    private @Nullable String transcript;

    /** Of the last turn: all earlier transcripts are its beginnings. */
    private @Nullable String words;

    Conversation(Llama4Model model) {
        this.model = model;
    }

    /** One that goes on from a saved one. */
    Conversation(Llama4Model model, SavedSession.Talk talk) {
        this.model = model;
        messages.addAll(talk.messages());
        marks.addAll(talk.marks());
        holdsOtherThanChat = talk.holdsOtherThanChat();
        endedByStopToken = talk.endedByStopToken();
        words = talk.words();
        transcript = talk.transcript();
    }

    /** The same for a session that goes its own way. */
    Conversation fork() {
        Conversation fork = new Conversation(model, talk());
        fork.pictures.putAll(pictures);
        return fork;
    }

    /** What is saved of it. */
    SavedSession.Talk talk() {
        return new SavedSession.Talk(
                List.copyOf(messages),
                List.copyOf(marks),
                holdsOtherThanChat,
                endedByStopToken,
                words,
                transcript);
    }

    /**
     * Goes back to where the sequence had so many tokens.
     *
     * @return the stop token that stood last there and was replaced by the next turn; -1 for none
     */
    int goBackTo(int position) {
        while (!marks.isEmpty() && marks.getLast().wholeLength() > position) {
            marks.removeLast();
        }
        if (!marks.isEmpty() && marks.getLast().wholeLength() == position) {
            return goBackTo(marks.removeLast());
        }
        messages.clear();
        words = null;
        transcript = null;
        endedByStopToken = false;
        holdsOtherThanChat = position > 0;
        return -1;
    }

    private int goBackTo(TurnMark mark) {
        endedByStopToken = mark.dropped() >= 0;
        messages.subList(mark.messages(), messages.size()).clear();
        holdsOtherThanChat = mark.holdsOtherThanChat();
        transcript =
                words == null || mark.transcript() < 0
                        ? null
                        : words.substring(0, mark.transcript());
        return mark.dropped();
    }

    /** The sequence starts again from nothing; the messages stay. */
    void startAgain() {
        marks.clear();
        endedByStopToken = false;
    }

    /** Whether the template writes the end of the last answer itself. */
    boolean replacesLastToken(Turn turn) {
        return endedByStopToken && turn.words() != null;
    }

    /**
     * Begins a turn.
     *
     * @param length tokens of the sequence before it
     * @param dropped the stop token that it replaces, or -1
     */
    void begin(Turn turn, int length, int dropped) {
        marks.add(
                new TurnMark(
                        length,
                        dropped,
                        messages.size(),
                        holdsOtherThanChat,
                        transcript == null ? -1 : transcript.length()));
        keepOnly(turn.messages());
        words = turn.words();
        endedByStopToken = false;
        holdsOtherThanChat |= turn.words() == null;
        transcript = null;
    }

    /** Remembers what was said, so that the next messages go on from it. */
    void remember(Turn turn, GenerationResult result) {
        endedByStopToken = result.finishReason() == FinishReason.STOP_TOKEN;
        String said = turn.words();
        if (said == null) {
            return;
        }
        messages.addAll(turn.messages());
        if (result.tokens().isEmpty()) {
            return; // nothing was answered; the next turn reads everything again
        }
        messages.add(Message.assistant(result.text()));
        if (result.finishReason()
                != FinishReason.STOP_TEXT) { // whose tokens say more than the text
            transcript = said + result.text();
        }
    }

    /**
     * What a request adds to the sequence.
     *
     * @param atStart whether the sequence is empty
     */
    Turn turn(GenerationRequest request, boolean atStart) {
        return switch (request.prompt()) {
            case Prompt.Tokens tokens -> Turn.of(model.checked(tokens.ids()), shown(request));
            case Prompt.Text text -> turn(text, atStart, shown(request));
            case Prompt.Chat chat -> turn(chat, request);
        };
    }

    private List<Picture> shown(GenerationRequest request) {
        PromptPictures prompt = model.promptPictures();
        prompt.requireCount(request.images().size());
        return prompt.prepare(request.images());
    }

    private Turn turn(Prompt.Text text, boolean atStart, List<Picture> shown) {
        PromptEncoder encoder = model.encoder();
        int[] ids = encoder.text(text, atStart);
        if (shown.isEmpty()) {
            return Turn.of(ids, shown);
        }
        ImageLayout layout = model.promptPictures().layout(encoder.tokenizer());
        return Turn.of(layout.expandOrInsert(ids, shown, encoder.begins(ids)), shown);
    }

    private Turn turn(Prompt.Chat chat, GenerationRequest request) {
        if (holdsOtherThanChat) {
            throw new IllegalStateException(
                    "this session holds text or ids that are no messages; start a new one for a"
                            + " chat");
        }
        List<Message> all = new ArrayList<>(messages);
        all.addAll(chat.messages());
        model.promptPictures().requireCount(images(chat.messages()).count());
        List<Picture> past = pictures();
        List<Picture> shown = pictures(chat.messages());
        PromptEncoder encoder = model.encoder();
        PromptEncoder.Rendered rendered = encoder.chat(all, request.templateVariables());
        Optional<int[]> more =
                transcript == null ? Optional.empty() : rendered.idsAfter(transcript);
        boolean keepsPast = more.isPresent();
        List<Picture> read =
                keepsPast ? shown : Stream.concat(past.stream(), shown.stream()).toList();
        int[] ids = more.orElseGet(rendered::ids);
        if (!read.isEmpty()) {
            ids = model.promptPictures().layout(encoder.tokenizer()).expand(ids, read);
        }
        return new Turn(ids, keepsPast, rendered.text(), chat.messages(), read);
    }

    /** The pictures in all messages so far. */
    List<Picture> pictures() {
        return pictures(messages);
    }

    /** The pictures in messages; those seen before are not read and cut again. */
    private List<Picture> pictures(List<Message> shown) {
        List<Image> images = images(shown).toList();
        List<Image> unseen =
                images.stream().filter(image -> !pictures.containsKey(image)).distinct().toList();
        List<Picture> prepared = model.promptPictures().prepare(unseen);
        for (int i = 0; i < unseen.size(); i++) {
            pictures.put(unseen.get(i), prepared.get(i));
        }
        return images.stream().map(pictures::get).toList();
    }

    /** Forgets pictures of requests that were refused. */
    private void keepOnly(List<Message> added) {
        List<Image> kept = Stream.concat(images(messages), images(added)).toList();
        pictures.keySet().retainAll(kept);
    }

    private static Stream<Image> images(List<Message> all) {
        return all.stream()
                .flatMap(message -> message.content().stream())
                .flatMap(part -> part instanceof Image image ? Stream.of(image) : Stream.empty());
    }
}
