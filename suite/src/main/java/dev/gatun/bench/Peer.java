package dev.gatun.bench;

import dev.gatun.io.Json;
import dev.gatun.io.Ordered;
import dev.gatun.io.Resources;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A PyTorch process that does the same work, one request at a time: {@code peer.py}. A process that
 * fails is replaced by a new one at the next request.
 */
public final class Peer implements AutoCloseable {
  private static final long END_SECONDS = 10;

  /** A request that takes longer is given up. */
  private final double patienceSeconds;

  private final String python;
  private final String version;

  /** Null after a failure. */
  private Conversation conversation;

  /** What one run took. */
  record Run(double seconds, long peakBytes) {}

  private Peer(String python, double patienceSeconds) throws IOException {
    this.python = python;
    this.patienceSeconds = patienceSeconds;
    this.conversation = new Conversation(python);
    this.version = conversation.greeting.get("torch").asString();
  }

  /**
   * Starts it.
   *
   * @param python the interpreter
   * @param patienceSeconds how long a request may take
   * @throws IllegalArgumentException in one line, where Python or PyTorch is missing
   */
  public static Peer start(String python, double patienceSeconds) {
    try {
      return new Peer(python, patienceSeconds);
    } catch (IOException e) {
      throw new IllegalArgumentException(
          "--peer %s: %s; name a Python that has PyTorch".formatted(python, e.getMessage()), e);
    }
  }

  public String version() {
    return version;
  }

  /**
   * One run of a piece of work.
   *
   * @throws UncheckedIOException if the process fails, with its last words in the cause's message
   */
  Run run(PeerSetting setting) {
    try {
      if (conversation == null) {
        conversation = new Conversation(python);
      }
      JsonNode run = conversation.ask(setting, patienceSeconds);
      return new Run(run.get("seconds").asDouble(), run.get("peak_bytes").asLong());
    } catch (IOException e) {
      close();
      throw new UncheckedIOException(
          new IOException("PyTorch failed in %s: %s".formatted(setting.work(), e.getMessage()), e));
    }
  }

  @Override
  public void close() {
    if (conversation != null) {
      conversation.close();
      conversation = null;
    }
  }

  /** Requests to one process, and its answers. */
  private static final class Conversation implements AutoCloseable {
    private final Path errors;
    private final Process process;
    private final BufferedReader answers;
    private final PrintWriter requests;
    private final JsonNode greeting;
    private volatile boolean isGivenUp;

    Conversation(String python) throws IOException {
      errors = Files.createTempFile("gatun-peer", ".txt");
      String source = Resources.text("/dev/gatun/bench/peer.py");
      try {
        process = new ProcessBuilder(python, "-c", source).redirectError(errors.toFile()).start();
      } catch (IOException e) {
        Files.delete(errors);
        throw e;
      }
      answers = process.inputReader(StandardCharsets.UTF_8);
      requests = new PrintWriter(process.outputWriter(StandardCharsets.UTF_8), true);
      try {
        greeting = answer("torch");
      } catch (IOException e) {
        close();
        throw e;
      }
    }

    JsonNode ask(PeerSetting setting, double patienceSeconds) throws IOException {
      Thread watch = Thread.ofVirtual().start(() -> giveUpAfter(patienceSeconds));
      try {
        return answerTo(setting);
      } catch (IOException e) {
        throw isGivenUp
            ? new IOException(
                String.format(Locale.ROOT, "it took longer than %.1f s", patienceSeconds), e)
            : e;
      } finally {
        watch.interrupt();
      }
    }

    private void giveUpAfter(double seconds) {
      try {
        Thread.sleep(Duration.ofMillis(Math.round(seconds * 1000)));
        isGivenUp = true;
        // What it has started holds its output open.
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
      } catch (InterruptedException _) {
        // It has answered.
      }
    }

    private JsonNode answerTo(PeerSetting setting) throws IOException {
      requests.println(
          Json.line(
              Ordered.map(
                  Map.entry("work", setting.work()),
                  Map.entry("device", setting.device()),
                  Map.entry("math", setting.math()),
                  Map.entry("threads", setting.threads()))));
      return answer("seconds");
    }

    private JsonNode answer(String field) throws IOException {
      String answer = answers.readLine();
      if (answer == null) {
        throw new IOException(lastWords());
      }
      try {
        JsonNode node = JsonMapper.shared().readTree(answer);
        if (node.has(field)) {
          return node;
        }
      } catch (JacksonException _) {
        // It is told below.
      }
      throw new IOException("it answered '%s'".formatted(answer));
    }

    /** The last line on standard error of a process that has ended, or how it ended. */
    private String lastWords() throws IOException {
      try {
        if (!process.waitFor(END_SECONDS, TimeUnit.SECONDS)) {
          return "it closed its output";
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IOException(e);
      }
      String said = Files.readString(errors, StandardCharsets.ISO_8859_1);
      return said.lines()
          .filter(line -> !line.isBlank())
          .reduce((_, later) -> later)
          .map(String::strip)
          .orElse("it ended with exit code %d and no message".formatted(process.exitValue()));
    }

    @Override
    public void close() {
      requests.close();
      process.destroy();
      try {
        Files.deleteIfExists(errors);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
