package dev.gatun.experiment;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is stored of runs that PyTorch trained again; {@code TwinIT} trains them. */
class TwinsTest {
  private static final int MOST_LINES = 100;

  @Test
  void everyStoredNumberAgrees() {
    List<Twins.Stored> twins = Twins.stored().twins();
    assertEquals(
        List.of("A1", "A6", "B5", "C1"), twins.stream().map(Twins.Stored::claim).sorted().toList());
    for (Twins.Stored twin : twins) {
      assertFalse(twin.torch().isEmpty(), twin.claim() + " was never measured");
      twin.numbers().forEach(number -> assertTrue(number.agrees(), twin.run() + " " + number));
    }
  }

  @Test
  void theScriptCanBeReadInAMinute() throws IOException {
    List<String> lines = Files.readAllLines(Path.of("src", "test", "python", "twin.py"));
    assertTrue(lines.size() <= MOST_LINES, lines.size() + " lines");
  }
}
