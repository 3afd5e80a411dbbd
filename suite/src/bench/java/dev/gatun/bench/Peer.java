package dev.gatun.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The PyTorch process that benchmarks are paired with: {@code src/bench/python/peer.py}. */
final class Peer implements AutoCloseable {
  private static final JsonMapper JSON = new JsonMapper();

  private final Process process;
  private final BufferedReader answers;
  private final PrintWriter requests;
  private final String version;

  private Peer(Process process) throws IOException {
    this.process = process;
    this.answers = process.inputReader(StandardCharsets.UTF_8);
    this.requests = new PrintWriter(process.outputWriter(StandardCharsets.UTF_8), true);
    String greeting = answers.readLine();
    if (greeting == null) {
      throw new IOException("no PyTorch in this Python");
    }
    this.version = JSON.readTree(greeting).get("torch").asString();
  }

  /** Starts it; empty, with a line that says why, where Python or PyTorch is missing. */
  static Optional<Peer> start(String python, Path script) {
    try {
      return Optional.of(
          new Peer(
              new ProcessBuilder(python, script.toString())
                  .redirectError(ProcessBuilder.Redirect.DISCARD)
                  .start()));
    } catch (IOException e) {
      System.out.printf(
          "SKIPPED: no peer to compare with: %s (%s); name a Python with PyTorch in PYTHON%n",
          e.getMessage(), python);
      return Optional.empty();
    }
  }

  /** Version of PyTorch. */
  String version() {
    return version;
  }

  /** Seconds of one run of a piece of work. */
  double seconds(String work, int threads) {
    requests.printf("{\"work\": \"%s\", \"threads\": %d, \"runs\": 1}%n", work, threads);
    try {
      String answer = answers.readLine();
      if (answer == null) {
        throw new IOException("the PyTorch process ended during " + work);
      }
      JsonNode seconds = JSON.readTree(answer).get("seconds");
      return seconds.get(0).asDouble();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    requests.close();
    process.destroy();
  }
}
