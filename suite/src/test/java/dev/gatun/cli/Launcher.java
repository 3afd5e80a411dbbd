package dev.gatun.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/** The command as a user starts it: the launcher of the built distribution, in its own process. */
final class Launcher implements AutoCloseable {
  /** The launcher that the build assembled. */
  static final Path SCRIPT = Path.of("target", "gatun", "bin", "gatun").toAbsolutePath();

  private static final long PATIENCE_SECONDS = 600;

  private final Process process;
  private final List<String> lines = new ArrayList<>();
  private final Thread reader;

  private Launcher(Process process) {
    this.process = process;
    this.reader = Thread.ofVirtual().start(this::read);
  }

  /**
   * Starts a command in a folder. Both streams are kept together; signals work as in a terminal,
   * even where the build itself runs in the background and ignores Ctrl-C.
   */
  static Launcher start(Path folder, List<String> command) throws IOException {
    var environment = new HashMap<>(System.getenv());
    // So that the JVM of the tests, which is new enough, is the one that runs.
    environment.put("GATUN_JAVA", java());
    return start(folder, command, environment);
  }

  /** As above, with an environment that holds nothing else. */
  static Launcher start(Path folder, List<String> command, Map<String, String> environment)
      throws IOException {
    List<String> all = new ArrayList<>(List.of("env", "--default-signal=INT"));
    all.addAll(command);
    var builder = new ProcessBuilder(all).directory(folder.toFile()).redirectErrorStream(true);
    builder.environment().clear();
    builder.environment().putAll(environment);
    return new Launcher(builder.start());
  }

  static String java() {
    return Path.of(System.getProperty("java.home"), "bin", "java").toString();
  }

  private void read() {
    try (var stream = process.inputReader(StandardCharsets.UTF_8)) {
      for (String line = stream.readLine(); line != null; line = stream.readLine()) {
        synchronized (lines) {
          lines.add(line);
          lines.notifyAll();
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Waits for a line. */
  void await(Predicate<String> line) throws InterruptedException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    synchronized (lines) {
      while (lines.stream().noneMatch(line)) {
        long left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
        if (left <= 0 || !process.isAlive()) {
          throw new AssertionError("the line did not come; there were " + lines);
        }
        lines.wait(Math.min(left, 1000));
      }
    }
  }

  /** Types what a terminal would send. */
  void type(String keys) throws IOException {
    process.getOutputStream().write(keys.getBytes(StandardCharsets.UTF_8));
    process.getOutputStream().flush();
  }

  /** Ctrl-C. */
  void interrupt() throws IOException, InterruptedException {
    signal("INT");
  }

  /** Sends a signal by its name. */
  void signal(String name) throws IOException, InterruptedException {
    new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start().waitFor();
  }

  /** The end without a warning. */
  void kill() throws InterruptedException {
    end();
    process.waitFor();
  }

  /** Kills by the handle, because {@link Process} also closes the stream that is being read. */
  private void end() {
    process.toHandle().destroyForcibly();
  }

  /** The number of the process, which is the JVM's once the script has started it. */
  long pid() {
    return process.pid();
  }

  /** Whether it ends in that time. */
  boolean endsWithin(long millis) throws InterruptedException {
    return process.waitFor(millis, TimeUnit.MILLISECONDS);
  }

  /** Waits for the end: the exit code. */
  int code() throws InterruptedException {
    if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
      throw new AssertionError("still runs; it printed " + printed());
    }
    reader.join();
    return process.exitValue();
  }

  /** What was printed. */
  List<String> printed() {
    synchronized (lines) {
      return List.copyOf(lines);
    }
  }

  @Override
  public void close() {
    end();
  }
}
