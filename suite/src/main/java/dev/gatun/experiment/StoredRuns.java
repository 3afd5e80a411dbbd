package dev.gatun.experiment;

import dev.gatun.data.Corpus;
import dev.gatun.io.LockFile;
import dev.gatun.results.Evidence;
import dev.gatun.results.EvidenceBuilder;
import dev.gatun.results.RunRecorder;
import java.util.function.Consumer;

/**
 * Runs of an experiment that train nothing, one at a time, each on the whole device: finished ones
 * are stored at once and found again after an interrupt. {@link Sweep} is the same for training.
 */
public final class StoredRuns {
  private final String name;

  /**
   * An experiment.
   *
   * @param name fit for a folder, and no other experiment's
   */
  public StoredRuns(String name) {
    this.name = name;
  }

  /**
   * Keeps other processes from all runs of an experiment whose runs share temporary files.
   *
   * @return the lock, to be closed when the runs are done
   * @throws RunsTakenException if another process has taken them
   */
  public LockFile takeAll(ClaimContext context) {
    return new StoredRun(context.unfinished().resolve(name).resolve("all")).take();
  }

  /**
   * The evidence of one run: measured now, or before an interrupt. Its claim is the experiment's
   * name; {@link SweepEvidence} hands it over to a claim.
   *
   * @param arm what sets it apart from others of the experiment, but for the seed; fit for a file
   *     name
   * @param setting a record whose components as JSON are all that the run's numbers depend on,
   *     beside the corpus and the device
   * @param corpus that it reads
   * @param body measures and records
   * @throws RunsTakenException if another process has taken the run
   */
  public Evidence once(
      ClaimContext context,
      String arm,
      long seed,
      Record setting,
      Corpus corpus,
      String tokenizer,
      Consumer<RunRecorder> body) {
    String configuration = RunConfiguration.of(context, setting, corpus, tokenizer);
    var stored =
        new StoredRun(context.unfinished().resolve(name).resolve("%s-seed%s".formatted(arm, seed)));
    return stored.findOr(
        configuration,
        () -> {
          long started = System.nanoTime();
          var builder = new EvidenceBuilder();
          RunRecorder recorder =
              builder.begin(
                  "%s/%s-seed%s".formatted(name, arm, seed),
                  name,
                  arm,
                  context.tier().label(),
                  context.backend().device().kind(),
                  seed,
                  configuration);
          body.accept(recorder);
          recorder.finish((System.nanoTime() - started) * 1e-9);
          return builder;
        });
  }
}
