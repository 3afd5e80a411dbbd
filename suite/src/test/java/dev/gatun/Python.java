package dev.gatun;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/** A Python that has some modules; where there is none, the test that asks is skipped aloud. */
public record Python(String command) {
  private static final long MOST_SECONDS = 600;

  /** What was said already: every test that is skipped would say the same. */
  private static final Set<String> SAID = ConcurrentHashMap.newKeySet();

  /** Ends with 0 if all can be imported, and prints nothing if they cannot. */
  private static final String HAS_ALL =
      "import sys, importlib.util as u; sys.exit(not all(u.find_spec(m) for m in sys.argv[1:]))";

  /**
   * Finds it, or skips the test.
   *
   * @param variable that names it; {@code python3} if it is not set
   */
  public static Python orSkip(String variable, String... modules) {
    var python = new Python(Optional.ofNullable(System.getenv(variable)).orElse("python3"));
    String all = String.join(", ", modules);
    boolean there;
    try {
      there =
          python.run(
                  Path.of("."),
                  Stream.concat(Stream.of("-c", HAS_ALL), Stream.of(modules)).toArray())
              == 0;
    } catch (IOException _) {
      there = false;
    }
    String lack =
        "SKIPPED: %s does not have %s; %s names a Python that has"
            .formatted(python.command, all, variable);
    if (!there && SAID.add(lack)) {
      System.out.println(lack);
    }
    Assumptions.assumeTrue(there, lack);
    return python;
  }

  /** Runs it in a folder; what it prints is shown. Returns its exit code. */
  public int run(Path folder, Object... arguments) throws IOException {
    List<String> words = new ArrayList<>(List.of(command));
    for (Object argument : arguments) {
      words.add(argument.toString());
    }
    var builder = new ProcessBuilder(words).directory(folder.toFile()).inheritIO();
    builder.environment().put("PYTHONDONTWRITEBYTECODE", "1");
    builder.environment().put("HF_HUB_OFFLINE", "1");
    builder.environment().put("TQDM_DISABLE", "1");
    Process process = builder.start();
    try {
      if (!process.waitFor(MOST_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        throw new IllegalStateException(String.join(" ", words) + " does not end");
      }
      return process.exitValue();
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }
}
