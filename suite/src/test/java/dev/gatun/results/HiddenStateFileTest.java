package dev.gatun.results;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CancellationException;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.Float4Vector;
import org.apache.arrow.vector.IntVector;
import org.apache.arrow.vector.complex.FixedSizeListVector;
import org.apache.arrow.vector.ipc.ArrowFileReader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HiddenStateFileTest {
  private static final int WIDTH = 5;
  private static final int ROWS = 7;

  @TempDir private Path folder;

  private HiddenStateFile file(String name, long batches, String identity) {
    return new HiddenStateFile(folder.resolve(name), WIDTH, ROWS, batches, identity);
  }

  private static void fill(long batch, float[] hidden, int[] targets) {
    for (int i = 0; i < hidden.length; i++) {
      hidden[i] = (float) Math.sin(batch * 1000 + i);
    }
    Arrays.setAll(targets, i -> (int) (batch * 10 + i));
  }

  private HiddenStateFile written(String name) {
    HiddenStateFile file = file(name, 3, "a run");
    file.write(HiddenStateFileTest::fill);
    return file;
  }

  @Test
  void everyBatchIsReadBackInWhateverOrder() {
    try (HiddenStateReader reader = written("states").open()) {
      assertEquals(3, reader.batches());
      for (long batch : new long[] {2, 0, 1, 2}) {
        float[] expected = new float[ROWS * WIDTH];
        int[] expectedTargets = new int[ROWS];
        fill(batch, expected, expectedTargets);
        float[] hidden = new float[ROWS * WIDTH];
        int[] targets = new int[ROWS];
        reader.read(batch, hidden, targets);
        assertArrayEquals(expected, hidden);
        assertArrayEquals(expectedTargets, targets);
      }
    }
  }

  @Test
  void anyReaderOfArrowReadsTheSame() throws IOException {
    try (var allocator = new RootAllocator();
        var arrow = new ArrowFileReader(written("states").channel(), allocator)) {
      for (int batch = 0; batch < 3; batch++) {
        assertTrue(arrow.loadNextBatch());
        var root = arrow.getVectorSchemaRoot();
        float[] expected = new float[ROWS * WIDTH];
        int[] targets = new int[ROWS];
        fill(batch, expected, targets);
        var lists = (FixedSizeListVector) root.getVector("hidden");
        var elements = (Float4Vector) lists.getDataVector();
        assertEquals(ROWS, root.getRowCount());
        assertEquals(0, lists.getNullCount() + elements.getNullCount());
        for (int i = 0; i < expected.length; i++) {
          assertEquals(expected[i], elements.get(i));
        }
        assertEquals(targets[ROWS - 1], ((IntVector) root.getVector("target")).get(ROWS - 1));
      }
      assertFalse(arrow.loadNextBatch());
    }
  }

  @Test
  void equalStatesGiveEqualBytes() throws IOException {
    assertEquals(-1, Files.mismatch(written("one").path(), written("other").path()));
  }

  @Test
  void aFileThatIsCutShortAnywhereIsFoundOut() throws IOException {
    HiddenStateFile whole = written("states");
    byte[] bytes = Files.readAllBytes(whole.path());
    for (int length = 0; length < bytes.length; length += 97) {
      HiddenStateFile cut = file("cut", 3, "a run");
      Files.write(cut.path(), Arrays.copyOf(bytes, length));
      assertOneLine(assertThrows(UnreadableResultsException.class, cut::open));
    }
  }

  @Test
  void aDamagedMessageIsFoundOut() throws IOException {
    HiddenStateFile file = written("states");
    byte[] bytes = Files.readAllBytes(file.path());
    // Behind the schema lies the first batch: its metadata turns to zeros.
    int from = bytes.length / 3;
    Arrays.fill(bytes, from - 200, from, (byte) 0);
    Files.write(file.path(), bytes);
    int found = 0;
    try (HiddenStateReader reader = file.open()) {
      for (long batch = 0; batch < reader.batches(); batch++) {
        try {
          reader.read(batch, new float[ROWS * WIDTH], new int[ROWS]);
        } catch (UnreadableResultsException e) {
          assertOneLine(e);
          found++;
        }
      }
    }
    assertTrue(found > 0, "no batch was found damaged");
  }

  @Test
  void foreignFilesAndOtherRunsAreNamedInOneLine() throws IOException {
    written("states");
    var other = assertThrows(UnreadableResultsException.class, file("states", 3, "another")::open);
    assertOneLine(other);
    assertTrue(other.getMessage().contains("another run"), other.getMessage());
    var fewer = assertThrows(UnreadableResultsException.class, file("states", 4, "a run")::open);
    assertOneLine(fewer);
    var curve = new TrainingCurve(folder);
    curve.write(List.of(), List.of(), Provenance.ofThisProcess());
    var foreign =
        assertThrows(UnreadableResultsException.class, file("curve.arrow", 3, "a run")::open);
    assertOneLine(foreign);
    assertTrue(foreign.getMessage().contains("not one of Gatun's"), foreign.getMessage());
    Files.writeString(folder.resolve("text"), "no Arrow");
    assertOneLine(assertThrows(UnreadableResultsException.class, file("text", 3, "a run")::open));
    assertOneLine(
        assertThrows(UnreadableResultsException.class, file("missing", 3, "a run")::open));
  }

  @Test
  void whatIsInterruptedWhileItIsWrittenLeavesNoFile() throws IOException {
    HiddenStateFile file = file("states", 3, "a run");
    assertThrows(
        CancellationException.class,
        () ->
            file.write((batch, hidden, targets) -> {
              if (batch == 2) {
                throw new CancellationException("stopped");
              }
              fill(batch, hidden, targets);
            }));
    try (var files = Files.list(folder)) {
      assertEquals(0, files.count());
    }
  }

  private static void assertOneLine(UnreadableResultsException e) {
    assertEquals(1, e.getMessage().lines().count(), e.getMessage());
  }
}
