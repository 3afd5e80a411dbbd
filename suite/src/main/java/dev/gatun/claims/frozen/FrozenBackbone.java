package dev.gatun.claims.frozen;

import dev.gatun.data.RandomWindows;
import dev.gatun.data.Randomness;
import dev.gatun.data.TokenizedCorpus;
import dev.gatun.experiment.RunEnvironment;
import dev.gatun.experiment.TrainedModel;
import dev.gatun.io.AtomicFile;
import dev.gatun.io.Checksums;
import dev.gatun.model.LanguageModel;
import dev.gatun.model.checkpoint.Checkpoint;
import dev.gatun.results.HiddenStateFile;
import dev.gatun.results.HiddenStateReader;
import dev.gatun.results.UnreadableResultsException;
import dev.gatun.tensor.Batch;
import dev.gatun.tensor.CloseStack;
import dev.gatun.tensor.Tensor;
import dev.gatun.train.StepReport;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * The backbone of a run, trained once and then left as it is, and the file of its hidden states.
 * Both lie in the run's work folder: a run that was interrupted finds what is whole and computes
 * the rest anew.
 *
 * @param identity of all that weights and states depend on
 */
record FrozenBackbone(
    FrozenSetting setting, RunEnvironment environment, Randomness randomness, String identity) {
  private static final String IDENTITY = "identity";
  private static final String STATES = "hidden-states.arrow";

  /** The trained model: found, or trained and stored. */
  LanguageModel model() {
    Path folder = environment.workFolder().resolve("backbone");
    if (isStored(folder)) {
      return Checkpoint.load(folder, environment.backend());
    }
    try (var opened = new CloseStack()) {
      TrainedModel trained = opened.own(TrainedModel.initialise(setting, environment));
      trained.train(windows("batches"), (_, _) -> {});
      LanguageModel model = trained.model();
      Checkpoint.save(model, folder);
      AtomicFile.write(folder.resolve(IDENTITY), identity.getBytes(StandardCharsets.UTF_8));
      new Checksums(folder).seal();
      opened.keep();
      return model;
    }
  }

  private boolean isStored(Path folder) {
    try {
      return new Checksums(folder).fault(List.of(IDENTITY)).isEmpty()
          && Files.readString(folder.resolve(IDENTITY)).equals(identity);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + folder + ": " + e.getMessage(), e);
    }
  }

  /** Hidden states of the training text and what follows them: found, or computed and stored. */
  HiddenStateReader states(LanguageModel model) {
    var file =
        new HiddenStateFile(
            environment.workFolder().resolve(STATES),
            setting.size().width(),
            setting.rows(),
            setting.batches(),
            identity);
    var sums = new Checksums(environment.workFolder());
    // What is damaged, or of other settings, is as good as not there.
    if (sums.faultOf(STATES).isEmpty()) {
      try {
        return file.open();
      } catch (UnreadableResultsException _) {
        // It is computed anew.
      }
    }
    RandomWindows windows = windows("hidden states");
    file.write((number, hidden, targets) -> fill(model, windows, number, hidden, targets));
    sums.seal();
    return file.open();
  }

  private void fill(
      LanguageModel model, RandomWindows windows, long number, float[] hidden, int[] targets) {
    long started = System.nanoTime();
    Batch batch = windows.batch(number);
    Tensor states = model.hiddenStates(batch.inputs(), batch.batch(), batch.length());
    System.arraycopy(model.backend().toFloats(states), 0, hidden, 0, hidden.length);
    System.arraycopy(batch.targets(), 0, targets, 0, targets.length);
    long nanos = System.nanoTime() - started;
    environment.report(
        new StepReport(
            setting.training().steps() + number + 1, Double.NaN, 0, 0, setting.rows(), nanos));
  }

  private RandomWindows windows(String stream) {
    TokenizedCorpus corpus = environment.tokens(setting.size().vocabulary());
    return new RandomWindows(
        corpus.train(), setting.batch(), setting.length(), randomness.stream(stream));
  }

  /** Deletes what was stored: for a run that is done with it. */
  void discard() {
    Path folder = environment.workFolder();
    if (!Files.isDirectory(folder)) {
      return;
    }
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot delete " + folder + ": " + e.getMessage(), e);
    }
  }
}
