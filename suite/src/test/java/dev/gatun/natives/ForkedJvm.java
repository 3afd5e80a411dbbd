package dev.gatun.natives;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Runs a main class in a JVM of its own: what a JVM has loaded, it keeps. */
public final class ForkedJvm {
  private ForkedJvm() {}

  /** Starts {@code main} with this JVM's class path and these environment variables added. */
  public static Process start(Map<String, String> environment, Class<?> main, String... arguments)
      throws IOException {
    return start(environment, System.getProperty("java.class.path"), main, arguments);
  }

  /** The same with another class path. */
  public static Process start(
      Map<String, String> environment, String classPath, Class<?> main, String... arguments)
      throws IOException {
    var command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                classPath,
                main.getName()));
    command.addAll(List.of(arguments));
    var builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().keySet().removeAll(List.of("GATUN_BLAS", "GATUN_CUDA"));
    builder.environment().putAll(environment);
    return builder.start();
  }

  /** Everything that the process prints until it closes its output. */
  public static String output(Process process) throws IOException {
    try (var stream = process.getInputStream()) {
      return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
