package dev.gatun.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.backend.Backend;
import dev.gatun.backend.cpu.CpuBackend;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a benchmark does when a side fails; a shell script takes PyTorch's place. */
class BenchmarkTest {
  private static final int PAIRS = 3;
  private static Backend backend;

  @TempDir private Path folder;

  @BeforeAll
  static void open() {
    backend = CpuBackend.open(1);
  }

  @AfterAll
  static void close() {
    backend.close();
  }

  @Test
  void failingWorkIsOneLineInTextAndJson() {
    Work failing =
        work(
            "failing",
            (_, _, _) -> {
              throw new IllegalStateException("no room\nfor it");
            });
    Outcome outcome = benchmark(Optional.empty()).run(failing);
    assertEquals(Optional.empty(), outcome.measurement());
    assertEquals("failing: no room", outcome.failure().orElseThrow());
    assertEquals(
        List.of(Map.of("benchmark", "dev.gatun.bench.failing", "failure", "failing: no room")),
        BenchmarkFile.entries(outcome, backend.device()));
  }

  @Test
  void failureWithoutMessageNamesItsKind() {
    Work failing =
        work(
            "failing",
            (_, _, _) -> {
              throw new ArithmeticException();
            });
    Outcome outcome = benchmark(Optional.empty()).run(failing);
    assertEquals("failing: java.lang.ArithmeticException", outcome.failure().orElseThrow());
  }

  @Test
  void peerThatDiesLeavesItsLastWordsAndIsBackForTheNextWork() throws Exception {
    String script =
        """
        #!/bin/sh
        echo '{"torch": "none"}'
        while read -r request; do
          case "$request" in
            *dying*) echo 'Traceback' >&2; echo 'RuntimeError: no memory' >&2; exit 3;;
            *) echo '{"seconds": 2.0, "peak_bytes": 0}';;
          esac
        done
        """;
    try (Peer peer = Peer.start(program(script), 300)) {
      Benchmark benchmark = benchmark(Optional.of(peer));
      Outcome died = benchmark.run(work("dying", BenchmarkTest::second));
      assertEquals(
          "dying: PyTorch failed in dying: RuntimeError: no memory", died.failure().orElseThrow());
      assertEquals(PAIRS, died.measurement().orElseThrow().seconds().size());
      assertEquals(Optional.empty(), died.measurement().orElseThrow().peer());

      Outcome next = benchmark.run(work("next", BenchmarkTest::second));
      assertEquals(Optional.empty(), next.failure());
      assertEquals(2.0, next.measurement().orElseThrow().ratioOfBests().orElseThrow());
    }
  }

  @Test
  void peerThatDiesBetweenPairsKeepsOurTimes() throws Exception {
    // One thread, one variant: three runs find the setting and one prepares it, so that the sixth
    // is in the second pair.
    String script =
        """
        #!/bin/sh
        echo '{"torch": "none"}'
        for run in 1 2 3 4 5; do read -r request; echo '{"seconds": 2.0, "peak_bytes": 0}'; done
        exit 9
        """;
    try (Peer peer = Peer.start(program(script), 300)) {
      Outcome outcome = benchmark(Optional.of(peer)).run(work("late", BenchmarkTest::second));
      String failure = outcome.failure().orElseThrow();
      assertTrue(failure.endsWith("it ended with exit code 9 and no message"), failure);
      assertEquals(PAIRS, outcome.measurement().orElseThrow().seconds().size());
      assertEquals(Optional.empty(), outcome.measurement().orElseThrow().peer());
    }
  }

  @Test
  void peerThatTakesTooLongIsGivenUp() throws Exception {
    String script =
        """
        #!/bin/sh
        echo '{"torch": "none"}'
        read -r request
        sleep 100
        """;
    try (Peer peer = Peer.start(program(script), 0.2)) {
      Outcome outcome = benchmark(Optional.of(peer)).run(work("slow", BenchmarkTest::second));
      assertEquals(
          "slow: PyTorch failed in slow: it took longer than 0.2 s",
          outcome.failure().orElseThrow());
      assertEquals(PAIRS, outcome.measurement().orElseThrow().seconds().size());
    }
  }

  @Test
  void answerThatIsNoTimeIsAFailure() throws Exception {
    String script =
        """
        #!/bin/sh
        echo '{"torch": "none"}'
        read -r request
        echo 'Warning: slow'
        """;
    try (Peer peer = Peer.start(program(script), 300)) {
      Outcome outcome = benchmark(Optional.of(peer)).run(work("chatty", BenchmarkTest::second));
      String failure = outcome.failure().orElseThrow();
      assertTrue(failure.endsWith("it answered 'Warning: slow'"), failure);
    }
    var greeting = program("#!/bin/sh\necho 5\n");
    var mistake = assertThrows(IllegalArgumentException.class, () -> Peer.start(greeting, 300));
    assertTrue(mistake.getMessage().contains("it answered '5'"), mistake.getMessage());
  }

  private static void second(Backend backend, int rounds, Work.Listener heard) {
    for (int round = 0; round < rounds; round++) {
      heard.finished(round, 1.0);
    }
  }

  private static Work work(String name, Work.Repetition repetition) {
    return new Work(name, List.of(name), 0, Cost.products(1), 2, repetition);
  }

  private static Benchmark benchmark(Optional<Peer> peer) {
    return new Benchmark(backend, new DeviceSpeed(1e9, 1e9, 1e9), PAIRS, peer);
  }

  private String program(String script) throws IOException {
    Path file = Files.writeString(folder.resolve("peer"), script);
    assertTrue(file.toFile().setExecutable(true));
    return file.toString();
  }
}
