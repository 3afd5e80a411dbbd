package dev.gatun.train;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

class NearestNameTest {
  @Test
  void misspeltNameFindsItsNeighbour() {
    assertEquals("; did you mean 'heads'?", NearestName.hint("haeds", List.of("layers", "heads")));
  }

  @Test
  void nothingNearGivesNoHint() {
    assertEquals("", NearestName.hint("zzzz", List.of("layers", "heads")));
  }
}
