package dev.gatun;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * {@code src/test/python/checkpoints.py}, run by a Python that has transformers: the one that
 * {@code GATUN_TRANSFORMERS_PYTHON} names, or {@code python3}. Where there is none, the test that
 * asks for it is skipped and says so.
 */
public final class TransformersPython {
  private static final Path SCRIPT = Path.of("src/test/python/checkpoints.py").toAbsolutePath();

  private final Python python;

  private TransformersPython(Python python) {
    this.python = python;
  }

  /** Finds it, or skips the test. */
  public static TransformersPython orSkip() {
    return new TransformersPython(
        Python.orSkip("GATUN_TRANSFORMERS_PYTHON", "torch", "transformers"));
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
    List<Object> all = new ArrayList<>(List.of(SCRIPT, action));
    all.addAll(List.of(arguments));
    try {
      if (python.run(Path.of("."), all.toArray()) != 0) {
        throw new IllegalStateException(
            "%s %s failed; its output is above".formatted(SCRIPT, action));
      }
    } catch (IOException e) {
      throw new IllegalStateException("cannot run " + python.command(), e);
    }
  }
}
