package dev.gatun.claims;

import dev.gatun.backend.Backend;
import dev.gatun.data.Corpus;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * What claims run with. Claims of one command share a context, and with it the experiments that
 * several of them read.
 *
 * @param seed the first seed; experiments of several seeds take the following ones
 * @param corpus read when a claim first trains
 * @param listener is told how work goes on
 * @param output folder of the command; finished parts of unfinished claims are kept below it
 */
public record ClaimContext(
    Backend backend,
    Tier tier,
    long seed,
    Supplier<Corpus> corpus,
    ProgressListener listener,
    Path output) {

  /**
   * Where finished parts of unfinished claims are kept, for a command that is run again after an
   * interrupt; to be deleted once the evidence of all claims is written.
   */
  public Path unfinished() {
    return output.resolve("unfinished");
  }

  /**
   * Deletes what {@link #unfinished} holds: to be called when the evidence of all claims is
   * written, so that the next command measures anew.
   */
  public void discardUnfinished() {
    if (!Files.isDirectory(unfinished())) {
      return;
    }
    try (Stream<Path> files = Files.walk(unfinished())) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot delete " + unfinished() + ": " + e.getMessage(), e);
    }
  }

  /** Tells the listener. */
  void report(Progress progress) {
    listener.progressed(progress);
  }
}
