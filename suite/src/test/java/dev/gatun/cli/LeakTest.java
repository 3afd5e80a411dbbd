package dev.gatun.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.backend.Backend;
import dev.gatun.backend.cpu.CpuBackend;
import dev.gatun.safetensors.SafetensorsFile;
import dev.gatun.tensor.ElementType;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine.Command;

/** A command that leaves native memory or handles behind fails, with a line that says where. */
class LeakTest {
  private static final Path FILE =
      Path.of("src/test/resources/fixtures/qwen3-tiny/model.safetensors");

  @Command(name = "leak")
  private record Leak(Callable<AutoCloseable> work) implements Callable<Integer> {
    @Override
    public Integer call() throws Exception {
      AutoCloseable _ = work.call();
      return 0;
    }
  }

  private static void assertLeak(String what, Callable<AutoCloseable> work) throws Exception {
    var err = new StringWriter();
    var left = new AutoCloseable[1];
    Callable<AutoCloseable> kept = () -> left[0] = work.call();
    int code =
        Gatun.commandLine(new PrintWriter(new StringWriter()), new PrintWriter(err))
            .addSubcommand(new Leak(kept))
            .execute("leak");
    left[0].close();
    assertEquals(Gatun.USER_ERROR, code, err.toString());
    assertEquals(1, err.toString().lines().count(), err.toString());
    assertTrue(err.toString().contains(what), err.toString());
    assertTrue(err.toString().contains("LeakTest.java:"), err.toString());
  }

  @Test
  void tensorsOfAScopeThatStaysOpenAreFound() throws Exception {
    try (Backend backend = CpuBackend.open(1)) {
      assertLeak(
          "native memory",
          () -> {
            var scope = backend.newScope();
            scope.zeros(ElementType.F32, 4);
            return scope;
          });
    }
  }

  @Test
  void aBackendThatStaysOpenIsFound() throws Exception {
    assertLeak("an open backend", () -> CpuBackend.open(1));
  }

  @Test
  void anOpenFileIsFound() throws Exception {
    assertLeak("the open file " + FILE, () -> SafetensorsFile.open(FILE));
  }

  @Test
  void whatACommandGivesBackAndWhatItDidNotTakeIsNoLeak(@TempDir Path folder) {
    try (Backend _ = CpuBackend.open(1)) {
      CommandRun run = CommandRun.publishedClaims(folder);
      assertEquals(0, run.code(), run.err());
    }
  }
}
