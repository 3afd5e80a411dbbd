package dev.gatun.io;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.concurrent.CancellationException;
import org.junit.jupiter.api.Test;

class ShutdownHookTest {
  /** Its hook finds the process ending when it waits for a signal itself. */
  static final class TooLate {
    public static void main(String[] arguments) {
      new ShutdownHook(() -> System.out.print("never"), "closed").close();
      try (var _ = new ShutdownHook(TooLate::waitForASignal, "first")) {
        System.exit(0);
      }
    }

    private static void waitForASignal() {
      try (var _ = new ShutdownHook(() -> System.out.print("never"), "second")) {
        System.out.print("no exception");
      } catch (CancellationException e) {
        System.out.print(e.getMessage());
      }
    }
  }

  @Test
  void isCancelledWhereASignalHasCome() throws Exception {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                TooLate.class.getName())
            .redirectErrorStream(true)
            .start();
    assertEquals("interrupted", new String(process.getInputStream().readAllBytes()));
    assertEquals(0, process.waitFor());
  }
}
