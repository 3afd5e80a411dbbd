package dev.gatun.cli;

import dev.gatun.backend.Backend;
import dev.gatun.backend.TensorScope;
import dev.gatun.data.Randomness;
import dev.gatun.experiment.Progress;
import dev.gatun.experiment.StoredRun;
import dev.gatun.measure.CheckpointMeter;
import dev.gatun.measure.MeasuredCheckpoint;
import dev.gatun.measure.MeasuredRun;
import dev.gatun.measure.TokenBatch;
import dev.gatun.results.Evidence;
import dev.gatun.results.EvidenceBuilder;
import dev.gatun.results.ResultsFolder;
import dev.gatun.results.Run;
import dev.gatun.results.RunRecorder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * Measures stored checkpoints one after the other. Each is kept in the results' folder as soon as
 * it is finished, so that the same command goes on with the next one after an interrupt.
 *
 * @param batches what each checkpoint is measured on
 * @param fitted ranks at which heads are fitted to the states of some of the checkpoints
 * @param folder of the results
 */
record CheckpointMeasurement(
    Map<StoredCheckpoint, List<TokenBatch>> batches,
    Map<StoredCheckpoint, List<Integer>> fitted,
    MeasuredTexts texts,
    long seed,
    Backend backend,
    Path folder,
    Console console) {

  /** Sees each checkpoint while it is still open. */
  interface Visitor {
    /** Sees nothing, so that what was measured before an interrupt need not be measured again. */
    Visitor NONE = (_, _, _, _) -> {};

    void measured(
        StoredCheckpoint checkpoint,
        TokenBatch batch,
        MeasuredCheckpoint measured,
        CheckpointMeter meter);
  }

  private int measurements() {
    return batches.values().stream().mapToInt(List::size).sum();
  }

  /** Where the finished ones are kept until all are. */
  private Path unfinished() {
    return new ResultsFolder(folder).unfinished();
  }

  /** Deletes them: to be called when the evidence of all is written. */
  void discardUnfinished() {
    StoredRun.discardAll(unfinished());
  }

  /** What is said when the command is interrupted. */
  String goingOn(int done) {
    return "%s of %s measurements are done and kept in %s, and the same command goes on from there"
        .formatted(done, measurements(), folder);
  }

  /** A row for each model and text, for the table of settings. */
  Map<String, String> settings() {
    var rows = new LinkedHashMap<String, String>();
    batches.forEach((checkpoint, of) -> {
      rows.put("model " + checkpoint.name(), MeasureTable.shape(checkpoint.config()));
      of.forEach(batch ->
          rows.putIfAbsent(
              "text " + batch.name(),
              String.format(
                  Locale.ROOT,
                  "%,d sequences of %,d tokens: %,d contexts",
                  batch.batch(),
                  batch.length(),
                  batch.contexts())));
    });
    rows.put("tokenizer", texts.tokenizer());
    rows.putAll(DeviceOptions.rows(backend.device()));
    rows.put("memory", MeasureTable.memory(batches, fitted.keySet(), backend.real()));
    rows.put("seed", Long.toString(seed));
    rows.put("results", folder.toString());
    return rows;
  }

  /** The evidence of each checkpoint and text, in their order. */
  List<Evidence> measure(ProgressDisplay progress, Interruption interruption, Visitor visitor) {
    List<Evidence> all = new ArrayList<>();
    Set<String> told = new LinkedHashSet<>();
    batches.forEach((checkpoint, of) -> {
      String sha256 = checkpoint.sha256();
      int[] done = {0};
      try (var meter =
          new CheckpointMeter(
              checkpoint.source(),
              backend,
              Randomness.of(seed),
              task ->
                  progress.progressed(Progress.of(checkpoint.name(), task, done[0], of.size())))) {
        meter.notes().stream()
            .filter(told::add)
            .forEach(line -> console.note("gatun: %s: %s".formatted(checkpoint.name(), line)));
        for (TokenBatch batch : of) {
          Evidence measured = measure(checkpoint, sha256, batch, meter, visitor);
          all.add(
              fitted.containsKey(checkpoint)
                  ? Evidence.joined(
                      measured.provenance(),
                      List.of(measured, fit(checkpoint, sha256, batch, meter)))
                  : measured);
          interruption.says(goingOn(all.size()));
          done[0]++;
        }
      }
    });
    progress.pause();
    return all;
  }

  private Evidence measure(
      StoredCheckpoint checkpoint,
      String sha256,
      TokenBatch batch,
      CheckpointMeter meter,
      Visitor visitor) {
    MeasuredRun run = run(checkpoint, sha256, batch);
    StoredRun stored = stored(checkpoint, batch, "");
    if (visitor != Visitor.NONE) {
      StoredRun.discardAll(stored.folder());
    }
    return stored.findOr(
        run.configuration(),
        () -> {
          long startedNanos = System.nanoTime();
          var builder = new EvidenceBuilder();
          RunRecorder recorder =
              begin(builder, arm(checkpoint, batch), step(checkpoint), seed, backend, run);
          long at = checkpoint.evidenceStep();
          recorder.metric("parameters", at, checkpoint.parameters(), "1");
          try (TensorScope scope = backend.newScope()) {
            MeasuredCheckpoint measured = meter.measure(scope, batch, at, recorder);
            recorder.finish((System.nanoTime() - startedNanos) * 1e-9);
            visitor.measured(checkpoint, batch, measured, meter);
          }
          return builder;
        });
  }

  /** Heads that are fitted to the states of a checkpoint, kept apart from what is measured. */
  private Evidence fit(
      StoredCheckpoint checkpoint, String sha256, TokenBatch batch, CheckpointMeter meter) {
    MeasuredRun run = run(checkpoint, sha256, batch);
    return stored(checkpoint, batch, "-fitted")
        .findOr(
            run.configuration(),
            () -> {
              long startedNanos = System.nanoTime();
              var builder = new EvidenceBuilder();
              String arm = arm(checkpoint, batch) + " fitted";
              RunRecorder recorder = begin(builder, arm, step(checkpoint), seed, backend, run);
              long at = checkpoint.evidenceStep();
              meter.fitHeads(batch, fitted.get(checkpoint), at, recorder);
              recorder.finish((System.nanoTime() - startedNanos) * 1e-9);
              return builder;
            });
  }

  private String arm(StoredCheckpoint checkpoint, TokenBatch batch) {
    return texts.names().size() == 1 ? checkpoint.arm() : checkpoint.arm() + " on " + batch.name();
  }

  private static String step(StoredCheckpoint checkpoint) {
    return checkpoint.step().isEmpty() ? "" : "-step" + checkpoint.step().getAsLong();
  }

  private StoredRun stored(StoredCheckpoint checkpoint, TokenBatch batch, String part) {
    String place =
        (arm(checkpoint, batch) + step(checkpoint) + "-seed" + seed + part)
            .replaceAll("[^A-Za-z0-9._-]+", "-");
    return new StoredRun(unfinished().resolve(Run.MEASURED).resolve(place));
  }

  private MeasuredRun run(StoredCheckpoint checkpoint, String sha256, TokenBatch batch) {
    return new MeasuredRun(
        new MeasuredRun.Measurement(
            checkpoint.model(),
            sha256,
            checkpoint.stage(),
            checkpoint.step(),
            checkpoint.config(),
            batch.batch(),
            batch.length(),
            seed),
        batch,
        texts.tokenizer(),
        backend.device(),
        checkpoint.source().notes().lines());
  }

  /**
   * Begins a run of a model.
   *
   * @param step as the run's id has it, empty or as {@code -step1000}
   */
  static RunRecorder begin(
      EvidenceBuilder builder,
      String arm,
      String step,
      long seed,
      Backend backend,
      MeasuredRun run) {
    return builder.begin(
        "%s-%s%s-seed%s".formatted(Run.MEASURED, arm, step, seed),
        Run.MEASURED,
        arm,
        Run.MEASURED,
        backend.device().kind(),
        seed,
        run.configuration());
  }
}
