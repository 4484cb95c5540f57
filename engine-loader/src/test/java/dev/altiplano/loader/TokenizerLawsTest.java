package dev.altiplano.loader;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TokenizerLawsTest {
    private static final Tokenizer TOKENIZER = Tokenizer.open(TokenizerFiles.stories());
    private static final long SEED = 20_260_401;

    private final Random random = new Random(SEED);

    @Test
    void decodingAnEncodedTextGivesItBack() {
        for (int i = 0; i < 2000; i++) {
            String text = randomText(random.nextInt(60));

            assertThat(TOKENIZER.decode(TOKENIZER.encode(text))).as(hint()).isEqualTo(text);
        }
    }

    @Test
    void tokensTogetherAreTheBytesOfTheText() {
        for (int i = 0; i < 500; i++) {
            String text = randomText(40);

            int[] ids = TOKENIZER.encode(text);

            byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
            int at = 0;
            for (int id : ids) {
                byte[] token = TOKENIZER.bytes(id);
                assertThat(Arrays.copyOfRange(bytes, at, at + token.length))
                        .as(hint())
                        .isEqualTo(token);
                at += token.length;
            }
            assertThat(at).isEqualTo(bytes.length);
        }
    }

    @Test
    void streamedTextIsTheWholeTextForAnyTokens() {
        for (int i = 0; i < 2000; i++) {
            int[] ids = random.ints(random.nextInt(40), 0, TOKENIZER.size() + 20).toArray();
            TokenDecoder decoder = TOKENIZER.decoder();
            StringBuilder streamed = new StringBuilder();
            StringBuilder latin = new StringBuilder();

            for (int id : ids) {
                streamed.append(decoder.next(id));
                latin.append(new String(TOKENIZER.bytes(id), StandardCharsets.ISO_8859_1));
            }
            streamed.append(decoder.finish());

            assertThat(streamed).as(hint()).hasToString(TOKENIZER.decode(ids));
            byte[] bytes = latin.toString().getBytes(StandardCharsets.ISO_8859_1);
            if (streamed.indexOf("\uFFFD") < 0) {
                assertThat(streamed).hasToString(new String(bytes, StandardCharsets.UTF_8));
            }
        }
    }

    @Test
    void aCharacterThatSpansTokensAppearsOnceAndWhole() {
        TokenDecoder decoder = TOKENIZER.decoder();
        int[] ids = TOKENIZER.encode("🙂"); // four bytes, none merged

        List<String> parts = IntStream.of(ids).mapToObj(decoder::next).toList();

        assertThat(parts).containsExactly("", "", "", "🙂");
        assertThat(decoder.finish()).isEmpty();
    }

    @Test
    void aSpecialTokenEndsAnUnfinishedCharacter() {
        TokenDecoder decoder = TOKENIZER.decoder();
        int[] ids = TOKENIZER.encode("🙂");

        String text = decoder.next(ids[0]) + decoder.next(ids[1]) + decoder.next(968);

        assertThat(text).isEqualTo("\uFFFD<|eot|>");
    }

    @Test
    void finishingAnUnfinishedCharacterGivesOneReplacementAndStartsOver() {
        TokenDecoder decoder = TOKENIZER.decoder();
        int[] ids = TOKENIZER.encode("🙂");

        String first = decoder.next(ids[0]) + decoder.next(ids[1]) + decoder.finish();
        String second = decoder.next(TOKENIZER.encode("a")[0]) + decoder.finish();

        assertThat(first).isEqualTo("\uFFFD");
        assertThat(second).isEqualTo("a");
    }

    @Test
    void plainTextNeverBecomesASpecialToken() {
        List<String> names = TOKENIZER.specialTokens();
        for (int i = 0; i < 500; i++) {
            String text = randomText(5) + names.get(random.nextInt(names.size())) + randomText(5);

            assertThat(IntStream.of(TOKENIZER.encode(text)).filter(TOKENIZER::isSpecial))
                    .as(hint())
                    .isEmpty();
        }
    }

    @Test
    void specialTokensSeparateWhatIsEncodedAroundThem() {
        for (int i = 0; i < 500; i++) {
            String left = randomText(20);
            String right = randomText(20);

            int[] together = TOKENIZER.encodeWithSpecials(left + "<|eot|>" + right);

            int[] apart =
                    Stream.of(TOKENIZER.encode(left), new int[] {968}, TOKENIZER.encode(right))
                            .flatMapToInt(IntStream::of)
                            .toArray();
            assertThat(together).as(hint()).isEqualTo(apart);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"\ud83d", "\ude42", "a\ude42\ud83db", "\ud83d\ud83d\ude42"})
    void aSurrogateWithoutItsPartnerIsEncodedAsReplacement(String text) {
        String repaired = new String(text.getBytes(StandardCharsets.UTF_16), StandardCharsets.UTF_16);

        assertThat(TOKENIZER.decode(TOKENIZER.encode(text))).isEqualTo(repaired).contains("\uFFFD");
        assertThat(TOKENIZER.encode(text)).isEqualTo(TOKENIZER.encode(repaired));
    }

    @Test
    void idsWithoutAnEntryDecodeToNothing() {
        assertThat(TOKENIZER.decode(TOKENIZER.size(), 5_000_000, Integer.MAX_VALUE)).isEmpty();
        assertThat(TOKENIZER.bytes(TOKENIZER.size())).isEmpty();
        assertThat(TOKENIZER.isSpecial(5_000_000)).isFalse();
        assertThat(TOKENIZER.idOf("<|nobody|>")).isEmpty();
    }

    @Test
    void negativeIdsAreRefused() {
        assertThatThrownBy(() -> TOKENIZER.decode(3, -1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("a token id is -1");
    }

    @Test
    void bytesAreACopy() {
        int id = TOKENIZER.encode("a")[0];

        TOKENIZER.bytes(id)[0] = 'b';

        assertThat(TOKENIZER.decode(id)).isEqualTo("a");
    }

    @Test
    void manyThreadsGetWhatOneGets() {
        List<String> texts = IntStream.range(0, 400).mapToObj(i -> randomText(100)).toList();
        List<int[]> alone = texts.stream().map(TOKENIZER::encode).toList();

        List<int[]> together = texts.parallelStream().map(TOKENIZER::encode).toList();

        for (int i = 0; i < alone.size(); i++) {
            assertThat(together.get(i)).as(hint()).isEqualTo(alone.get(i));
        }
    }

    /** Letters of all cases, marks, digits, white space, emoji and anything else of Unicode. */
    private String randomText(int length) {
        int[] points = new int[length];
        for (int i = 0; i < length; i++) {
            points[i] =
                    switch (random.nextInt(6)) {
                        case 0 -> " \t\n\r\u00a0\u3000\u0085".charAt(random.nextInt(7));
                        case 1 -> random.nextInt(0x20, 0x7F);
                        case 2 -> random.nextInt('a', 'z' + 1);
                        case 3 -> random.nextInt(0xA0, 0x700);
                        case 4 -> random.nextInt(0x1F300, 0x1F700);
                        default -> validPoint();
                    };
        }
        return new String(points, 0, length);
    }

    private int validPoint() {
        int point = random.nextInt(0x110000 - 0x800);
        return point < 0xD800 ? point : point + 0x800;
    }

    private static String hint() {
        return "seed " + SEED;
    }
}
