package dev.gatun.cli;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.gatun.backend.Backend;
import dev.gatun.data.Randomness;
import dev.gatun.io.FolderLock;
import dev.gatun.measure.DeviceProvenance;
import dev.gatun.model.HeadForm.OutputBias;
import dev.gatun.model.LanguageModel;
import dev.gatun.model.head.HeadScores;
import dev.gatun.results.Provenance;
import dev.gatun.results.ResultsFolder;
import dev.gatun.results.TrainingCurve;
import dev.gatun.tensor.CloseStack;
import dev.gatun.train.DivergedException;
import dev.gatun.train.RunCheckpoint;
import dev.gatun.train.RunConfig;
import dev.gatun.train.RunIdentity;
import dev.gatun.train.Trainer;
import dev.gatun.train.TrainingData;
import dev.gatun.train.TrainingListener;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicReference;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Trains a model as a configuration file says; goes on where an interrupted run stopped. */
@Command(
    name = "train",
    description = "Trains a model; goes on where an interrupted run stopped.",
    mixinStandardHelpOptions = true)
final class TrainCommand implements Callable<Integer> {
  @Mixin private Console console;
  @Mixin private DeviceOptions device;

  @Option(
      names = "--config",
      paramLabel = "<file>",
      required = true,
      description = "A configuration file; suite/configs holds commented ones.")
  private Path configFile;

  @Option(
      names = "--out",
      paramLabel = "<folder>",
      description = "Where the run is kept. Default: results/runs/train-<name of the file>.")
  private Path out;

  @Override
  public Integer call() {
    RunConfig config = RunConfig.load(configFile);
    Path folder = out == null ? defaultFolder() : out;
    new ResultsFolder(folder).requireWritable();
    var running = new AtomicReference<Trainer>();
    // The interruption comes first: the process may end as soon as it is closed.
    try (var interruption =
            new Interruption(
                console::note,
                "nothing was stored yet, and the same command begins anew",
                () -> Optional.ofNullable(running.get()).ifPresent(Trainer::requestStop));
        var _ = FolderLock.take(folder);
        Backend backend = device.open(console::note)) {
      TrainingData data =
          console.saying("reading the text to train on", () -> TrainingData.open(config));
      RunIdentity identity = config.identity(data.hash());
      var checkpoint = new RunCheckpoint(folder.resolve("run.safetensors"), identity);
      console.settings(settings(backend, config, data, folder));
      console.line("");
      var curve = new CurveRecorder(new TrainingCurve(folder), provenance(backend, config, data));
      try (var progress = new TrainingDisplay(console, config.training());
          var model = initialise(backend, config, data);
          var trainer =
              new Trainer(
                  model,
                  config.training(),
                  data.training(),
                  Optional.of(data.evaluation()),
                  List.of(progress, curve, checkpoint))) {
        if (checkpoint.exists()) {
          checkpoint.restore(trainer);
          curve.resumeAfter(trainer.step());
          console.note("resumed after step %s of %s".formatted(trainer.step(), checkpoint.file()));
        }
        running.set(trainer);
        interruption.check();
        if (run(trainer, curve) == TrainingListener.Outcome.INTERRUPTED) {
          interruption.says(
              "the run is in %s after step %s, and the same command goes on from there"
                  .formatted(checkpoint.file(), trainer.step()));
          return Gatun.USER_ERROR;
        }
        interruption.complete();
        return conclude(trainer, progress, checkpoint);
      }
    } catch (CancellationException _) {
      return Gatun.USER_ERROR;
    }
  }

  /** What led to a divergence is worth looking at. */
  private static TrainingListener.Outcome run(Trainer trainer, CurveRecorder curve) {
    try {
      return trainer.run();
    } catch (DivergedException e) {
      curve.write();
      throw e;
    }
  }

  private static Provenance provenance(Backend backend, RunConfig config, TrainingData data) {
    return DeviceProvenance.of(backend.device())
        .with(Provenance.SEED, Long.toString(config.training().seed()))
        .with(Provenance.CONFIGURATION_HASH, config.identity(data.hash()).hash())
        .with(Provenance.CORPUS_HASH, data.hash());
  }

  private int conclude(Trainer trainer, TrainingDisplay display, RunCheckpoint checkpoint) {
    display.close();
    Optional<HeadScores> scores = display.lastScores();
    scores.ifPresent(last ->
        console.line(
            String.format(
                Locale.ROOT,
                "validation loss %.4f nats, top-1 accuracy %.4f",
                last.meanLoss(),
                last.accuracy())));
    Path curve = new TrainingCurve(checkpoint.file().getParent()).file();
    console.line("checkpoint: " + checkpoint.file());
    console.line("curve: " + curve);
    console.json(
        new Trained(
            trainer.step(),
            scores.map(HeadScores::meanLoss),
            scores.map(HeadScores::accuracy),
            checkpoint.file().toString(),
            curve.toString()));
    return 0;
  }

  private static LanguageModel initialise(Backend backend, RunConfig config, TrainingData data) {
    Randomness weights = Randomness.of(config.training().seed()).stream("weights");
    try (var opened = new CloseStack()) {
      LanguageModel model =
          opened.own(
              LanguageModel.initialise(
                  backend,
                  config.model(),
                  (name, values, deviation) -> weights.stream(name).gaussian(values, deviation)));
      if (config.model().outputBias() == OutputBias.LOG_UNIGRAM) {
        model.setOutputBias(data.frequencies().orElseThrow().logProbabilities());
      }
      opened.keep();
      return model;
    }
  }

  private Path defaultFolder() {
    String name = configFile.getFileName().toString().replaceFirst("\\.toml$", "");
    return Path.of("results", "runs", "train-" + name);
  }

  private static Map<String, String> settings(
      Backend backend, RunConfig config, TrainingData data, Path folder) {
    Map<String, String> settings = DeviceOptions.rows(backend.device());
    settings.put("corpus", data.name());
    if (!data.treatment().isEmpty()) {
      settings.put("left out", data.treatment());
    }
    settings.put("corpus sha256", data.hash());
    settings.put(
        "model",
        String.format(
            Locale.ROOT,
            "%s, V %,d, D %,d, %d layers, %d heads",
            config.model().family().name().toLowerCase(Locale.ROOT),
            config.model().vocabulary(),
            config.model().width(),
            config.model().layers(),
            config.model().heads()));
    settings.put(
        "tokens",
        String.format(
            Locale.ROOT,
            "%,d steps × %,d tokens",
            config.training().steps(),
            config.training().tokensPerStep()));
    settings.put("seed", Long.toString(config.training().seed()));
    settings.put("run", folder.toString());
    return settings;
  }

  private record Trained(
      long steps,
      @JsonInclude(JsonInclude.Include.NON_ABSENT) Optional<Double> validationLoss,
      @JsonInclude(JsonInclude.Include.NON_ABSENT) Optional<Double> validationAccuracy,
      String checkpoint,
      String curve) {}
}
