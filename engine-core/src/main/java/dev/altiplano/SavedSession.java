package dev.altiplano;

import dev.altiplano.generate.PatchPositions;

import org.jspecify.annotations.Nullable;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * What a session is besides its keys and values, as it stands in the header of a file.
 *
 * @param model what the keys and values were computed with, {@link Llama4Model#cacheIdentity}
 * @param tokens of the sequence
 * @param read how many of them the model has read
 * @param pictures among the tokens
 * @param talk the conversation
 */
record SavedSession(
        String model, int[] tokens, int read, List<PatchPositions> pictures, Talk talk) {
    /**
     * The state of a conversation.
     *
     * @param messages so far
     * @param marks where its turns began
     * @param holdsOtherThanChat as in the session
     * @param endedByStopToken as in the session
     * @param words as in the session
     * @param transcript as in the session
     */
    record Talk(
            List<Message> messages,
            List<TurnMark> marks,
            boolean holdsOtherThanChat,
            boolean endedByStopToken,
            @Nullable String words,
            @Nullable String transcript) {}

    byte[] bytes() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(bytes);
        Values.write(out, model);
        out.writeInt(read);
        out.writeInt(tokens.length);
        ByteBuffer ids = ByteBuffer.allocate(Math.multiplyExact(tokens.length, Integer.BYTES));
        ids.asIntBuffer().put(tokens);
        out.write(ids.array());
        out.writeInt(pictures.size());
        for (PatchPositions picture : pictures) {
            Values.write(out, picture.digest());
            out.writeInt(picture.positions().size());
            for (int position : picture.positions()) {
                out.writeInt(position);
            }
        }
        out.writeBoolean(talk.holdsOtherThanChat());
        out.writeBoolean(talk.endedByStopToken());
        Values.write(out, talk.words());
        Values.write(out, talk.transcript());
        out.writeInt(talk.marks().size());
        for (TurnMark mark : talk.marks()) {
            out.writeInt(mark.length());
            out.writeInt(mark.dropped());
            out.writeInt(mark.messages());
            out.writeBoolean(mark.holdsOtherThanChat());
            out.writeInt(mark.transcript());
        }
        out.writeInt(talk.messages().size());
        for (Message message : talk.messages()) {
            Values.write(out, message);
        }
        return bytes.toByteArray();
    }

    /**
     * Reads what {@link #bytes} wrote.
     *
     * @throws IOException if it ends early or says what cannot be
     */
    static SavedSession of(byte[] bytes) throws IOException {
        DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes));
        String model = Values.string(in);
        int read = in.readInt();
        int[] tokens = new int[count(in, Integer.BYTES)];
        byte[] ids = in.readNBytes(tokens.length * Integer.BYTES);
        ByteBuffer.wrap(ids).asIntBuffer().get(tokens);
        if (model == null || read < 0 || read > tokens.length) {
            throw new IOException("%d of %d tokens are read".formatted(read, tokens.length));
        }
        List<PatchPositions> pictures = pictures(in, tokens.length);
        return new SavedSession(model, tokens, read, pictures, talk(in, tokens.length));
    }

    private static List<PatchPositions> pictures(DataInputStream in, int length)
            throws IOException {
        List<PatchPositions> pictures = new ArrayList<>();
        int least = 0;
        for (int i = count(in, 2 * Integer.BYTES); i > 0; i--) {
            String digest = Values.string(in);
            List<Integer> positions = new ArrayList<>();
            for (int p = count(in, Integer.BYTES); p > 0; p--) {
                int position = in.readInt();
                if (position < least || position >= length) {
                    throw new IOException(
                            "a picture at token %d of %d".formatted(position, length));
                }
                positions.add(position);
                least = position + 1;
            }
            if (digest == null || !digest.matches("[0-9a-f]{64}") || positions.isEmpty()) {
                throw new IOException("a picture without a name");
            }
            pictures.add(new PatchPositions(positions, digest));
        }
        return pictures;
    }

    private static Talk talk(DataInputStream in, int length) throws IOException {
        boolean holdsOtherThanChat = in.readBoolean();
        boolean endedByStopToken = in.readBoolean();
        String words = Values.string(in);
        String transcript = Values.string(in);
        List<TurnMark> marks = new ArrayList<>();
        for (int i = count(in, TurnMark.BYTES); i > 0; i--) {
            marks.add(
                    new TurnMark(
                            in.readInt(),
                            in.readInt(),
                            in.readInt(),
                            in.readBoolean(),
                            in.readInt()));
        }
        List<Message> messages = new ArrayList<>();
        for (int i = count(in, 1); i > 0; i--) {
            messages.add(Values.message(in));
        }
        int most = words == null ? -1 : words.length();
        for (TurnMark mark : marks) {
            if (!mark.fits(length, messages.size(), most)) {
                throw new IOException("a turn begins outside of the conversation: " + mark);
            }
        }
        return new Talk(messages, marks, holdsOtherThanChat, endedByStopToken, words, transcript);
    }

    /** A count of things of that many bytes at least, which the rest can hold. */
    static int count(DataInputStream in, int bytes) throws IOException {
        int count = in.readInt();
        if (count < 0 || (long) count * bytes > in.available()) {
            throw new IOException(
                    "%d entries in the %d bytes that are left".formatted(count, in.available()));
        }
        return count;
    }
}
