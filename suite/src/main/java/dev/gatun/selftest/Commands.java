package dev.gatun.selftest;

import dev.gatun.io.ShutdownHook;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/**
 * Starts processes with a limit, and keeps what each prints in a file of its own. Processes that
 * still run when the self-test is interrupted end with it.
 */
final class Commands implements AutoCloseable {
  private static final String GATUN = "dev.gatun.cli.Gatun";
  private static final String CONTRACT = "dev.gatun.bundle.ContractMain";

  /** What an interrupted command may take to store its work. */
  private static final long GRACE_SECONDS = 8;

  /** What belongs to this process alone: its streams. */
  private static final List<String> OWN = List.of("-Dgatun.stderr=", "-Dgatun.terminals=");

  private final Path logs;
  private final Map<String, String> environment = new ConcurrentHashMap<>();
  private final Set<Process> running = ConcurrentHashMap.newKeySet();
  private final ShutdownHook atTheEnd;

  /**
   * @param logs the folder of what is printed
   * @throws CancellationException if the user has interrupted already
   */
  Commands(Path logs) {
    this.logs = logs;
    atTheEnd = new ShutdownHook(() -> running.forEach(Commands::end), "gatun-selftest");
  }

  /**
   * How a process ended.
   *
   * @param code its exit code, whatever it is where the time was up
   */
  record Ending(int code, boolean timeIsUp, Path log) {
    boolean isGood() {
      return code == 0 && !timeIsUp;
    }

    /** What was printed, without the lines that say nothing. */
    List<String> printed() {
      return lines(log);
    }
  }

  /** The lines of a file that another process writes or has written; none if there is no file. */
  static List<String> lines(Path file) {
    try {
      return Files.exists(file)
          ? new String(Files.readAllBytes(file), StandardCharsets.UTF_8)
              .lines()
              .filter(line -> !line.isBlank() && !line.startsWith("WARNING: Using incubator"))
              .toList()
          : List.of();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What processes see from now on beside this one's environment. */
  void putEnvironment(String name, String value) {
    environment.put(name, value);
  }

  /** A command of Gatun. */
  List<String> gatun(String... arguments) {
    List<String> command = java(System.getProperty("java.class.path"));
    command.add(GATUN);
    command.addAll(List.of(arguments));
    return command;
  }

  /**
   * The contract in a JVM of its own.
   *
   * @param contract the bundle's folder of tests
   * @param options for that JVM
   * @param results the file that takes a line for each test
   * @param selectors classes, or methods of them
   */
  List<String> contract(Path contract, List<String> options, Path results, List<String> selectors) {
    String path =
        String.join(
            File.pathSeparator,
            contract.resolve("classes").toString(),
            contract.resolve("lib") + "/*",
            System.getProperty("java.class.path"));
    List<String> command = java(path);
    command.addAll(options);
    command.add(CONTRACT);
    command.add(results.toString());
    command.addAll(selectors);
    return command;
  }

  /** This JVM's java with its options. */
  private static List<String> java(String classPath) {
    var command = new ArrayList<String>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(option -> OWN.stream().noneMatch(option::startsWith))
        .forEach(command::add);
    command.addAll(List.of("-cp", classPath));
    return command;
  }

  /**
   * Runs a process until it ends or its time is up; then it is asked to end, and made to.
   *
   * @param name of the file that takes what it prints
   * @throws IOException if it cannot be started
   */
  Ending run(String name, List<String> command, Map<String, String> more, double seconds)
      throws IOException {
    Path log = logs.resolve(name + ".txt");
    var builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder
        .redirectOutput(log.toFile())
        .redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")));
    builder.environment().putAll(environment);
    builder.environment().putAll(more);
    Process process = builder.start();
    running.add(process);
    try {
      boolean ended = process.waitFor((long) (seconds * 1000), TimeUnit.MILLISECONDS);
      if (!ended) {
        end(process);
      }
      return new Ending(process.waitFor(), !ended, log);
    } catch (InterruptedException e) {
      end(process);
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    } finally {
      running.remove(process);
    }
  }

  private static void end(Process process) {
    List<ProcessHandle> children = process.descendants().toList();
    process.destroy();
    try {
      if (!process.waitFor(GRACE_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      process.destroyForcibly();
    }
    children.forEach(ProcessHandle::destroyForcibly);
  }

  @Override
  public void close() {
    atTheEnd.close();
  }
}
