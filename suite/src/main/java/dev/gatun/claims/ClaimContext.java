package dev.gatun.claims;

import dev.gatun.backend.Backend;
import dev.gatun.data.Corpus;
import java.nio.file.Path;
import java.util.function.Supplier;

/**
 * What claims run with. Claims of one command share a context, and with it the experiments that
 * several of them read.
 *
 * @param seed the first seed; experiments of several seeds take the following ones
 * @param corpus read when a claim first trains
 * @param experiments what was measured already
 * @param listener is told how work goes on
 * @param output folder for what an interrupted command resumes from
 */
public record ClaimContext(
    Backend backend,
    Tier tier,
    long seed,
    Supplier<Corpus> corpus,
    ProgressListener listener,
    Path output) {

  /** Tells the listener. */
  void report(Progress progress) {
    listener.progressed(progress);
  }
}
