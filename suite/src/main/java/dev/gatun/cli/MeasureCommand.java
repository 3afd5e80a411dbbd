package dev.gatun.cli;

import dev.gatun.backend.Backend;
import dev.gatun.backend.TensorScope;
import dev.gatun.data.Randomness;
import dev.gatun.experiment.Progress;
import dev.gatun.io.AtomicFile;
import dev.gatun.io.FolderLock;
import dev.gatun.measure.CheckpointDump;
import dev.gatun.measure.CheckpointMeter;
import dev.gatun.measure.DeviceProvenance;
import dev.gatun.measure.GivenHead;
import dev.gatun.measure.MeasuredCheckpoint;
import dev.gatun.measure.MeasuredRun;
import dev.gatun.measure.TokenBatch;
import dev.gatun.report.Report;
import dev.gatun.results.Evidence;
import dev.gatun.results.EvidenceBuilder;
import dev.gatun.results.ExpectedValues;
import dev.gatun.results.Provenance;
import dev.gatun.results.ResultsFolder;
import dev.gatun.results.Run;
import dev.gatun.results.RunRecorder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
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
      "Measures the head of a model in Hugging Face's layout: GPT-2, GPT-NeoX, Llama, Qwen3 or OLMo"
          + " 2.",
      "Several folders are several models, or steps of one run where their names state stages",
      "and steps, as in stage1-step1000-tokens3B or checkpoint-500."
    },
    mixinStandardHelpOptions = true)
final class MeasureCommand implements Callable<Integer> {
  private static final int LONGEST = 512;
  private static final int FEWEST_CONTEXTS = 1024;
  private static final int MOST_CONTEXTS = 8192;

  @Mixin private Console console;
  @Mixin private DeviceOptions device;

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
      names = "--text",
      paramLabel = "<path>",
      description = {
        "A text file or a folder of them, cut by the model's tokenizer; may be given several",
        "times. Default: the sources of the running JDK."
      })
  private List<Path> texts = List.of();

  @Option(
      names = "--tokens",
      paramLabel = "<file>",
      description =
          "Token ids in place of a text: safetensors with an int64 tensor 'tokens' [B, T].")
  private Path tokens;

  @Option(
      names = "--bos",
      paramLabel = "<when>",
      converter = NamedValues.BeginningTokens.class,
      completionCandidates = NamedValues.BeginningTokens.class,
      description = {
        "Whether each sequence of a text begins with a token of its own: ${COMPLETION-CANDIDATES}.",
        "Default: auto, where tokenizer.json puts one before a text."
      })
  private BeginningToken beginning;

  @Option(
      names = "--ignore-field",
      paramLabel = "<name>",
      description = {
        "Pass over a field of config.json that Gatun does not know, as num_things or",
        "rope_scaling.thing; may be given several times. The logits must not depend on it."
      })
  private Set<String> ignoredFields = Set.of();

  @Option(
      names = "--contexts",
      paramLabel = "<n>",
      description = {
        "Contexts cut from each text, about. Default: 3 times the widest model's width,",
        "at least 1,024 and at most 8,192."
      })
  private Integer contexts;

  @Option(
      names = "--length",
      paramLabel = "<n>",
      description = "Tokens per sequence cut from a text. Default: 512, or the model's context.")
  private Integer length;

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
        "Write tokens, logits, hidden, d_hidden, loss, destroyed_norm and",
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
    List<StoredCheckpoint> checkpoints = StoredCheckpoint.of(folders, ignoredFields);
    Path folder = out == null ? defaultFolder(checkpoints) : out;
    new ResultsFolder(folder).requireWritable();
    requireWritableDump();
    MeasuredTexts measured =
        console.saying("reading what is measured on", () -> texts(checkpoints));
    Map<StoredCheckpoint, List<TokenBatch>> batches = new LinkedHashMap<>();
    checkpoints.forEach(checkpoint -> batches.put(checkpoint, fitting(checkpoint, measured)));
    if (dump != null && batches.values().stream().mapToInt(List::size).sum() != 1) {
      throw new IllegalArgumentException(
          "--dump holds one model on one text, and there are %s models and %s texts; give one of each"
              .formatted(checkpoints.size(), measured.names().size()));
    }
    // The interruption comes first: the process may end as soon as it is closed.
    try (var interruption = beginsAnew(folder);
        var _ = FolderLock.take(folder);
        Backend backend = device.open(console::note);
        var progress = new ProgressDisplay(console, interruption)) {
      console.settings(settings(batches, measured, backend, folder));
      console.line("");
      int code = measure(batches, measured, backend, folder, progress);
      interruption.complete();
      return code;
    } catch (CancellationException _) {
      return Gatun.USER_ERROR;
    }
  }

  private int measureGivenHead() {
    String name = head.getFileName().toString().replaceFirst("\\.safetensors$", "");
    Path folder = out == null ? defaultFolder(name) : out;
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
      RunRecorder run = begin(builder, name, "", backend, configured);
      given.measure(
          backend,
          Randomness.of(seed),
          task -> progress.progressed(Progress.of(name, task, 0, 1)),
          run);
      run.finish(timing.seconds());
      progress.pause();
      store(builder, timing, backend, folder);
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

  /** When a piece of work began. */
  private record Timing(Instant started, long startedNanos) {
    Timing() {
      this(Instant.now().truncatedTo(ChronoUnit.SECONDS), System.nanoTime());
    }

    double seconds() {
      return (System.nanoTime() - startedNanos) * 1e-9;
    }
  }

  private void requireConsistent() {
    if ((hidden == null) != (head == null)) {
      throw new IllegalArgumentException(
          "--hidden and --head belong together, states and the head that takes them; give both");
    }
    if (hidden != null
        && (!folders.isEmpty() || tokens != null || !texts.isEmpty() || dump != null)) {
      throw new IllegalArgumentException(
          "--hidden and --head are measured as they are; leave folders, texts, --tokens and --dump"
              + " out");
    }
    if (hidden == null && folders.isEmpty()) {
      throw new IllegalArgumentException(
          "nothing to measure; name a model folder, or give --hidden and --head");
    }
    if (tokens != null && !texts.isEmpty()) {
      throw new IllegalArgumentException("--tokens and --text exclude each other; leave one out");
    }
    if (tokens != null && (contexts != null || length != null || beginning != null)) {
      throw new IllegalArgumentException(
          "--tokens are measured as they are; leave %s out"
              .formatted(contexts != null ? "--contexts" : length != null ? "--length" : "--bos"));
    }
    if (gradients && dump == null) {
      throw new IllegalArgumentException("--gradients go into --dump <file>; name one");
    }
    if (contexts != null && (contexts < 1 || contexts > CheckpointMeter.MOST_CONTEXTS)) {
      throw new IllegalArgumentException(
          "--contexts %s: take 1 to %s".formatted(contexts, CheckpointMeter.MOST_CONTEXTS));
    }
    if (length != null && length < 2) {
      throw new IllegalArgumentException(
          "--length %s: at least 2 is needed, a token and the next".formatted(length));
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

  private MeasuredTexts texts(List<StoredCheckpoint> checkpoints) {
    if (tokens != null) {
      return MeasuredTexts.given(tokens, seed);
    }
    int context =
        checkpoints.stream().mapToInt(c -> c.config().contextLength()).min().orElseThrow();
    int width = checkpoints.stream().mapToInt(c -> c.config().width()).max().orElseThrow();
    int wanted = length == null ? LONGEST : length;
    if (length != null && length > context) {
      console.note(
          "gatun: --length %s is cut to %s, the context of the model".formatted(length, context));
    }
    int all = contexts == null ? Math.clamp(3L * width, FEWEST_CONTEXTS, MOST_CONTEXTS) : contexts;
    return MeasuredTexts.read(
        texts,
        new MeasuredTexts.Size(all, Math.max(2, Math.min(wanted, context))),
        beginning == null ? BeginningToken.AUTO : beginning,
        seed);
  }

  /** The sequences of each text, all of which the model can take. */
  private static List<TokenBatch> fitting(StoredCheckpoint checkpoint, MeasuredTexts texts) {
    List<TokenBatch> batches = texts.of(checkpoint);
    for (TokenBatch batch : batches) {
      try {
        CheckpointMeter.requireMeasurable(checkpoint.config(), batch);
      } catch (IllegalArgumentException e) {
        throw new IllegalArgumentException(
            "%s cannot be measured on %s: %s"
                .formatted(checkpoint.name(), batch.name(), e.getMessage()),
            e);
      }
    }
    return batches;
  }

  private Map<String, String> settings(
      Map<StoredCheckpoint, List<TokenBatch>> batches,
      MeasuredTexts texts,
      Backend backend,
      Path folder) {
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
    rows.put("memory", MeasureTable.memory(batches, backend.real()));
    rows.put("seed", Long.toString(seed));
    rows.put("results", folder.toString());
    return rows;
  }

  private int measure(
      Map<StoredCheckpoint, List<TokenBatch>> batches,
      MeasuredTexts texts,
      Backend backend,
      Path folder,
      ProgressDisplay progress) {
    var timing = new Timing();
    var builder = new EvidenceBuilder();
    Set<String> told = new LinkedHashSet<>();
    batches.forEach(
        (checkpoint, of) -> measure(checkpoint, of, texts, backend, builder, progress, told));
    progress.pause();
    store(builder, timing, backend, folder);
    return 0;
  }

  private void store(EvidenceBuilder builder, Timing timing, Backend backend, Path folder) {
    Provenance provenance =
        DeviceProvenance.of(backend.device())
            .with(Provenance.SEED, Long.toString(seed))
            .with(Provenance.STARTED, timing.started.toString())
            .with(Provenance.WALL_SECONDS, String.format(Locale.ROOT, "%.1f", timing.seconds()));
    Evidence evidence = builder.build(provenance).withConfigurationHash();
    new ResultsFolder(folder).write(evidence, List.of());
    Path report = folder.resolve("report.html");
    Report.write(report, evidence, List.of(), ExpectedValues.shipped());
    new MeasureTable(evidence).print(console, folder, report);
  }

  private void measure(
      StoredCheckpoint checkpoint,
      List<TokenBatch> batches,
      MeasuredTexts texts,
      Backend backend,
      EvidenceBuilder builder,
      ProgressDisplay progress,
      Set<String> told) {
    String sha256 = checkpoint.sha256();
    int[] done = {0};
    try (TensorScope scope = backend.newScope()) {
      CheckpointMeter meter =
          new CheckpointMeter(
              checkpoint.source(),
              backend,
              Randomness.of(seed),
              task ->
                  progress.progressed(
                      Progress.of(checkpoint.name(), task, done[0], batches.size())));
      try {
        meter.notes().stream()
            .filter(told::add)
            .forEach(line -> console.note("gatun: %s: %s".formatted(checkpoint.name(), line)));
        for (TokenBatch batch : batches) {
          long startedNanos = System.nanoTime();
          RunRecorder run = begin(builder, checkpoint, sha256, batch, texts, backend);
          run.metric("parameters", checkpoint.evidenceStep(), checkpoint.parameters(), "1");
          MeasuredCheckpoint measured = meter.measure(scope, batch, checkpoint.evidenceStep(), run);
          run.finish((System.nanoTime() - startedNanos) * 1e-9);
          if (dump != null) {
            progress.progressed(Progress.of(checkpoint.name(), "dump", done[0], batches.size()));
            writeDump(checkpoint, batch, measured, meter, backend);
          }
          done[0]++;
        }
      } finally {
        meter.close();
      }
    }
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

  private RunRecorder begin(
      EvidenceBuilder builder,
      StoredCheckpoint checkpoint,
      String sha256,
      TokenBatch batch,
      MeasuredTexts texts,
      Backend backend) {
    var measurement =
        new MeasuredRun.Measurement(
            checkpoint.model(),
            sha256,
            checkpoint.stage(),
            checkpoint.step(),
            checkpoint.config(),
            batch.batch(),
            batch.length(),
            seed);
    var run =
        new MeasuredRun(
            measurement,
            batch,
            texts.tokenizer(),
            backend.device(),
            checkpoint.source().notes().lines());
    String arm =
        texts.names().size() == 1 ? checkpoint.arm() : checkpoint.arm() + " on " + batch.name();
    String step = checkpoint.step().isEmpty() ? "" : "-step" + checkpoint.step().getAsLong();
    return begin(builder, arm, step, backend, run);
  }

  private RunRecorder begin(
      EvidenceBuilder builder, String arm, String step, Backend backend, MeasuredRun run) {
    return builder.begin(
        "%s-%s%s-seed%s".formatted(Run.MEASURED, arm, step, seed),
        Run.MEASURED,
        arm,
        Run.MEASURED,
        backend.device().kind(),
        seed,
        run.configuration());
  }

  private Path defaultFolder(List<StoredCheckpoint> checkpoints) {
    String others = checkpoints.size() == 1 ? "" : "-and-%s-more".formatted(checkpoints.size() - 1);
    return defaultFolder(checkpoints.getFirst().name() + others);
  }

  private Path defaultFolder(String name) {
    String plain = name.replaceAll("[^A-Za-z0-9._-]+", "-");
    return Path.of("results", "runs", "measure-%s-%s".formatted(plain, device.name()));
  }
}
