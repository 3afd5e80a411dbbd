package dev.gatun.cli;

import dev.gatun.backend.Backend;
import dev.gatun.data.CorpusChoice;
import dev.gatun.data.Randomness;
import dev.gatun.experiment.Progress;
import dev.gatun.io.AtomicFile;
import dev.gatun.io.FolderLock;
import dev.gatun.measure.CheckpointDump;
import dev.gatun.measure.CheckpointMeter;
import dev.gatun.measure.GivenHead;
import dev.gatun.measure.MeasuredCheckpoint;
import dev.gatun.measure.MeasuredRun;
import dev.gatun.measure.TokenBatch;
import dev.gatun.report.Report;
import dev.gatun.results.Evidence;
import dev.gatun.results.EvidenceBuilder;
import dev.gatun.results.ExpectedValues;
import dev.gatun.results.ResultsFolder;
import dev.gatun.results.RunRecorder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Measures the heads of stored checkpoints. */
@Command(
    name = "measure",
    description = {
      "Measures the head of a model in Hugging Face's layout.",
      "Several folders are several models, or steps of one run where their names state stages",
      "and steps, as in stage1-step1000-tokens3B or checkpoint-500."
    },
    mixinStandardHelpOptions = true)
final class MeasureCommand implements Callable<Integer> {
  @Mixin private Console console;
  @Mixin private DeviceOptions device;
  @Mixin private MeasuredTextOptions text;

  @Parameters(
      paramLabel = "<folder>",
      arity = "0..*",
      description = {
        "Folders of config.json, *.safetensors and, for texts, tokenizer.json; or models in the",
        "hub's local cache, as org/name or org/name@revision. Nothing is downloaded."
      })
  private List<Path> folders = List.of();

  @Option(
      names = "--hidden",
      paramLabel = "<file>",
      description = {
        "In place of folders, the hidden states of a model of any architecture: safetensors with",
        "'hidden' [N, D] and int64 'targets' [N], or 'hidden' [B, T, D] and 'tokens' [B, T]."
      })
  private Path hidden;

  @Option(
      names = "--head",
      paramLabel = "<file>",
      description =
          "The head of --hidden: safetensors with a matrix [V, D], and a bias [V] if any.")
  private Path head;

  @Option(
      names = "--seed",
      paramLabel = "<n>",
      defaultValue = "1",
      description = "Seed of the sequences' places and of the random head. Default: 1.")
  private long seed;

  @Option(
      names = "--dump",
      paramLabel = "<file>",
      description = {
        "Write tokens, logits before any cap, hidden, d_hidden, loss, destroyed_norm and",
        "logit_gradient_singular_values of one model on one text, as safetensors."
      })
  private Path dump;

  @Option(
      names = "--gradients",
      description =
          "Add grad.<parameter> for every parameter to --dump; takes the memory of training.")
  private boolean gradients;

  @Option(
      names = "--out",
      paramLabel = "<folder>",
      description = "Where results go. Default: results/runs/measure-<model>-<device>.")
  private Path out;

  @Override
  public Integer call() {
    requireConsistent();
    if (hidden != null) {
      return measureGivenHead();
    }
    List<StoredCheckpoint> checkpoints = text.checkpoints(folders);
    Path folder = out == null ? defaultFolder(StoredCheckpoint.fileName(checkpoints)) : out;
    new ResultsFolder(folder).requireWritable();
    requireWritableDump();
    MeasuredTexts texts = text.read(checkpoints, CorpusChoice.code(), seed, console);
    Map<StoredCheckpoint, List<TokenBatch>> batches =
        MeasuredTextOptions.fitting(checkpoints, texts);
    if (dump != null && batches.values().stream().mapToInt(List::size).sum() != 1) {
      throw new IllegalArgumentException(
          "--dump holds one model on one text, and there are %s models and %s texts; give one of each"
              .formatted(checkpoints.size(), texts.names().size()));
    }
    // The interruption comes first: the process may end as soon as it is closed.
    try (var interruption = beginsAnew(folder);
        var _ = FolderLock.take(folder);
        Backend backend = device.open(console::note);
        var progress = new ProgressDisplay(console, interruption)) {
      var measurement =
          new CheckpointMeasurement(batches, Map.of(), texts, seed, backend, folder, console);
      interruption.says(measurement.goingOn(0));
      console.settings(measurement.settings());
      console.line("");
      var timing = new Timing();
      List<Evidence> measured =
          measurement.measure(
              progress,
              interruption,
              dump == null
                  ? CheckpointMeasurement.Visitor.NONE
                  : (checkpoint, batch, of, meter) -> {
                    progress.progressed(Progress.of(checkpoint.name(), "dump", 0, 1));
                    writeDump(checkpoint, batch, of, meter, backend);
                  });
      store(Evidence.joined(timing.provenance(backend.device(), seed), measured), folder);
      measurement.discardUnfinished();
      interruption.complete();
      return 0;
    } catch (CancellationException _) {
      return Gatun.USER_ERROR;
    }
  }

  private int measureGivenHead() {
    String name = head.getFileName().toString().replaceFirst("\\.safetensors$", "");
    Path folder = out == null ? defaultFolder(name.replaceAll("[^A-Za-z0-9._-]+", "-")) : out;
    new ResultsFolder(folder).requireWritable();
    try (var given = GivenHead.open(hidden, head);
        var interruption = beginsAnew(folder);
        var _ = FolderLock.take(folder);
        Backend backend = device.open(console::note);
        var progress = new ProgressDisplay(console, interruption)) {
      console.settings(settings(given, name, backend, folder));
      console.line("");
      var timing = new Timing();
      var builder = new EvidenceBuilder();
      var experiment =
          new MeasuredRun.OfGivenHead(
              name,
              given.sha256(),
              Optional.empty(),
              OptionalLong.empty(),
              given.vocabulary(),
              given.width(),
              given.contexts(),
              seed);
      var configured =
          new MeasuredRun(
              experiment,
              hidden.getFileName().toString(),
              experiment.checkpointSha256(),
              "hidden states as given",
              backend.device().name(),
              backend.device().mathMode(),
              backend.device().libraries(),
              List.of());
      RunRecorder run = CheckpointMeasurement.begin(builder, name, "", seed, backend, configured);
      given.measure(
          backend,
          Randomness.of(seed),
          task -> progress.progressed(Progress.of(name, task, 0, 1)),
          run);
      run.finish(timing.seconds());
      progress.pause();
      store(builder.build(timing.provenance(backend.device(), seed)), folder);
      interruption.complete();
      return 0;
    } catch (CancellationException _) {
      return Gatun.USER_ERROR;
    }
  }

  private Map<String, String> settings(GivenHead given, String name, Backend backend, Path folder) {
    var rows = new LinkedHashMap<String, String>();
    rows.put(
        "head " + name,
        String.format(
            Locale.ROOT,
            "D %,d, V %,d, on %,d contexts",
            given.width(),
            given.vocabulary(),
            given.contexts()));
    rows.putAll(DeviceOptions.rows(backend.device()));
    rows.put("seed", Long.toString(seed));
    rows.put("results", folder.toString());
    return rows;
  }

  private Interruption beginsAnew(Path folder) {
    return new Interruption(
        console::note,
        "nothing was stored in %s, and the same command begins anew".formatted(folder),
        () -> {});
  }

  private void requireConsistent() {
    if ((hidden == null) != (head == null)) {
      throw new IllegalArgumentException(
          "--hidden and --head belong together, states and the head that takes them; give both");
    }
    if (hidden != null && (!folders.isEmpty() || text.nameText() || dump != null)) {
      throw new IllegalArgumentException(
          "--hidden and --head are measured as they are; leave folders, texts, --tokens and --dump"
              + " out");
    }
    if (hidden == null && folders.isEmpty()) {
      throw new IllegalArgumentException(
          "nothing to measure; name a model folder, or give --hidden and --head");
    }
    text.requireConsistent();
    if (gradients && dump == null) {
      throw new IllegalArgumentException("--gradients go into --dump <file>; name one");
    }
  }

  private void requireWritableDump() {
    if (dump == null) {
      return;
    }
    if (Files.isDirectory(dump)) {
      throw new IllegalArgumentException(
          "--dump %s is a folder; name a file in it".formatted(dump));
    }
    AtomicFile.requireWritable(dump.toAbsolutePath().getParent());
  }

  private void store(Evidence measured, Path folder) {
    Evidence evidence = measured.withConfigurationHash();
    new ResultsFolder(folder).write(evidence, List.of());
    Path report = folder.resolve("report.html");
    Report.write(report, evidence, List.of(), ExpectedValues.shipped());
    new MeasureTable(evidence).print(console, folder, report);
  }

  private void writeDump(
      StoredCheckpoint checkpoint,
      TokenBatch batch,
      MeasuredCheckpoint measured,
      CheckpointMeter meter,
      Backend backend) {
    var all = new CheckpointDump(backend, batch, measured);
    if (gradients) {
      meter.close();
      all.writeWithGradients(dump, checkpoint.source());
    } else {
      all.write(dump, meter);
    }
  }

  private Path defaultFolder(String name) {
    return Path.of("results", "runs", "measure-%s-%s".formatted(name, device.name()));
  }
}
