package dev.gatun.bench;

import dev.gatun.io.Json;
import dev.gatun.io.Ordered;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A PyTorch process that does the same work, one request at a time: {@code peer.py}. */
public final class Peer implements AutoCloseable {

  private final Process process;
  private final BufferedReader answers;
  private final PrintWriter requests;
  private final String version;

  /** What one run took. */
  record Run(double seconds, long peakBytes) {}

  private Peer(Process process) throws IOException {
    this.process = process;
    this.answers = process.inputReader(StandardCharsets.UTF_8);
    this.requests = new PrintWriter(process.outputWriter(StandardCharsets.UTF_8), true);
    String greeting = answers.readLine();
    if (greeting == null) {
      throw new IOException("it ended at once: is PyTorch installed in this Python?");
    }
    this.version = JsonMapper.shared().readTree(greeting).get("torch").asString();
  }

  /**
   * Starts it.
   *
   * @param python the interpreter
   * @throws IllegalArgumentException in one line, where Python or PyTorch is missing
   */
  public static Peer start(String python) {
    try (InputStream script = Peer.class.getResourceAsStream("peer.py")) {
      String source = new String(script.readAllBytes(), StandardCharsets.UTF_8);
      return new Peer(
          new ProcessBuilder(python, "-c", source)
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start());
    } catch (IOException e) {
      throw new IllegalArgumentException(
          "--peer %s: %s; name a Python that has PyTorch".formatted(python, e.getMessage()), e);
    }
  }

  /** Version of PyTorch. */
  public String version() {
    return version;
  }

  /** One run of a piece of work. */
  Run run(PeerSetting setting) {
    requests.println(
        Json.line(
            Ordered.map(
                Map.entry("work", setting.work()),
                Map.entry("device", setting.device()),
                Map.entry("math", setting.math()),
                Map.entry("threads", setting.threads()))));
    try {
      String answer = answers.readLine();
      if (answer == null) {
        throw new IOException("the PyTorch process ended during " + setting.work());
      }
      JsonNode run = JsonMapper.shared().readTree(answer);
      return new Run(run.get("seconds").asDouble(), run.get("peak_bytes").asLong());
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
