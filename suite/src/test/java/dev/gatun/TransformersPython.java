package dev.gatun;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;

/**
 * {@code src/test/python/checkpoints.py}, run by a Python that has transformers: the one that
 * {@code GATUN_TRANSFORMERS_PYTHON} names, or {@code python3}. Where there is none, the test that
 * asks for it is skipped and says so.
 */
public final class TransformersPython {
  /** Ends with 0 if they can be imported, and prints nothing if they cannot. */
  private static final String HAS_BOTH =
      "import sys, importlib.util as u; sys.exit(not (u.find_spec('torch') and"
          + " u.find_spec('transformers')))";

  private static final Path SCRIPT = Path.of("src/test/python/checkpoints.py").toAbsolutePath();
  private static final long MOST_SECONDS = 600;

  private final String python;

  private TransformersPython(String python) {
    this.python = python;
  }

  /** Finds it, or skips the test. */
  public static TransformersPython orSkip() {
    String python =
        Optional.ofNullable(System.getenv("GATUN_TRANSFORMERS_PYTHON")).orElse("python3");
    boolean there;
    try {
      there = run(List.of(python, "-c", HAS_BOTH)) == 0;
    } catch (IOException _) {
      there = false;
    }
    String lack =
        "SKIPPED: %s has no transformers; GATUN_TRANSFORMERS_PYTHON names a Python that has"
            .formatted(python);
    if (!there) {
      System.out.println(lack);
    }
    Assumptions.assumeTrue(there, lack);
    return new TransformersPython(python);
  }

  /** Writes all of the script's checkpoints, a folder each, into a folder. */
  public void make(Path folder) {
    script("make", folder);
  }

  /**
   * Writes into each checkpoint folder, as {@code logits.safetensors}, its logits [B, T, V] for
   * {@code tokens} [B, T] of a file.
   */
  public void logits(Path tokens, List<Path> checkpoints) {
    List<Path> arguments = new ArrayList<>(List.of(tokens));
    arguments.addAll(checkpoints);
    script("logits", arguments.toArray());
  }

  /**
   * Writes {@code all_tokens}, what the checkpoint's {@code tokenizer.json} makes of a text, and
   * the logits of the first of them.
   */
  public void textLogits(Path text, int length, Path checkpoint, Path to) {
    script("text", text, length, checkpoint, to);
  }

  private void script(String action, Object... arguments) {
    List<String> command = new ArrayList<>(List.of(python, SCRIPT.toString(), action));
    for (Object argument : arguments) {
      command.add(argument.toString());
    }
    try {
      if (run(command) != 0) {
        throw new IllegalStateException(String.join(" ", command) + " failed; its output is above");
      }
    } catch (IOException e) {
      throw new IllegalStateException("cannot run " + python, e);
    }
  }

  private static int run(List<String> command) throws IOException {
    var builder = new ProcessBuilder(command).inheritIO();
    builder.environment().put("PYTHONDONTWRITEBYTECODE", "1");
    builder.environment().put("HF_HUB_OFFLINE", "1");
    builder.environment().put("TQDM_DISABLE", "1");
    Process process = builder.start();
    try {
      if (!process.waitFor(MOST_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        throw new IllegalStateException(String.join(" ", command) + " does not end");
      }
      return process.exitValue();
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }
}
