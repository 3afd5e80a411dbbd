package dev.gatun.data;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class TextQualityTest {
  private static int[] range(int from, int to) {
    return IntStream.range(from, to).toArray();
  }

  /**
   * Of the 11 sequences of the first document, the 5 within 20 to 39 occur; of the second, none.
   */
  @Test
  void overlapCountsSequencesOf16TokensThatOccurInTrain() {
    int[] train = range(0, 40);
    TextQuality quality =
        TextQuality.of(List.of(train), train, List.of(range(20, 46), range(50, 70)), 70);
    assertEquals(5 / 16.0, quality.overlap());
  }

  @Test
  void sharesAreOfTheLargestDocumentsAndTheRarestTokenIsCounted() {
    List<int[]> train = List.of(new int[] {0, 0, 1}, new int[] {1, 1, 2, 2, 2});
    TextQuality quality =
        TextQuality.of(train, new int[] {0, 0, 1, 1, 1, 2, 2, 2}, List.of(new int[4]), 3);
    assertEquals(5 / 8.0, quality.largestTrained());
    assertEquals(1, quality.largestHeldOut());
    assertEquals(2, quality.leastCount());
    assertEquals(0, quality.overlap());
  }

  @Test
  void theTextOfTheClaimsHasNoLargeDocument() {
    Corpus corpus = CorpusChoice.code().read(_ -> {});
    TextQuality quality =
        TokenizedCorpus.of(corpus, new BytePairs(corpus).tokenizer(1024)).quality();
    assertEquals(0, (int) (100 * quality.largestTrained()), quality.toString());
    assertEquals(0, (int) (100 * quality.largestHeldOut()), quality.toString());
  }
}
