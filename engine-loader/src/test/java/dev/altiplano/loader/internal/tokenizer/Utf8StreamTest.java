package dev.altiplano.loader.internal.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.InputStream;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class Utf8StreamTest {
    /** Twenty famous sequences and 300 random ones, decoded by Python with errors='replace'. */
    @Test
    void brokenBytesBecomeWhatPythonMakesOfThem() throws Exception {
        try (InputStream in =
                Utf8StreamTest.class.getResourceAsStream("/dev/altiplano/loader/tokenizer/broken-utf8.json")) {
            for (JsonNode c : new JsonMapper().readTree(in).get("cases")) {
                String hex = c.get("bytes").asString();
                var text = new StringBuilder();
                var stream = new Utf8Stream();

                for (byte b : HexFormat.of().parseHex(hex)) {
                    stream.append(new byte[] {b}, text);
                }
                stream.finish(text);

                assertThat(text).as(hex).hasToString(c.get("text").asString());
            }
        }
    }
}
