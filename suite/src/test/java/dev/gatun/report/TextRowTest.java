package dev.gatun.report;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.gatun.results.Run;
import java.util.List;
import org.junit.jupiter.api.Test;

class TextRowTest {
  private static Run run(String configuration) {
    return new Run("id", "A1", "arm", "quick", "cpu", 1, configuration, 0);
  }

  @Test
  void eachTextAndTokenizerStandsOnceWithWhatIsKnownOfIt() {
    String trained =
        """
        {"corpus": "code", "tokenizer": "bpe-1024", "text": {"overlap": 0.25,
         "largestTrained": 0.0067, "largestHeldOut": 0.0085, "leastCount": 3}}\
        """;
    String counted =
        """
        {"corpus": "code", "tokenizer": "bpe-4096", "largestDocument": 0.005}\
        """;
    assertEquals(
        List.of(
            new TextRow("code", "bpe-1024", "0.67 %, 0.85 %", "25.00 %", "3"),
            new TextRow("code", "bpe-4096", "0.50 %", "–", "–")),
        TextRow.of(List.of(run(trained), run(trained), run(counted), run("{\"head\": {}}"))));
  }
}
