package dev.gatun.cli;

import dev.gatun.backend.Backend;
import dev.gatun.claims.Claims;
import dev.gatun.cli.NamedValues.ClaimIds;
import dev.gatun.cli.NamedValues.Heads;
import dev.gatun.cli.NamedValues.Tiers;
import dev.gatun.data.Corpus;
import dev.gatun.data.CorpusChoice;
import dev.gatun.experiment.Claim;
import dev.gatun.experiment.ClaimContext;
import dev.gatun.experiment.Computation;
import dev.gatun.experiment.HeadChoice;
import dev.gatun.experiment.Progress;
import dev.gatun.experiment.RunEstimate;
import dev.gatun.experiment.Seeds;
import dev.gatun.experiment.SharedClaims;
import dev.gatun.experiment.Tier;
import dev.gatun.io.AtomicFile;
import dev.gatun.io.FolderLock;
import dev.gatun.io.NearestName;
import dev.gatun.report.Report;
import dev.gatun.results.Evidence;
import dev.gatun.results.EvidenceBuilder;
import dev.gatun.results.ExpectedValues;
import dev.gatun.results.Judgement;
import dev.gatun.results.Provenance;
import dev.gatun.results.ResultsFolder;
import dev.gatun.results.Run;
import dev.gatun.results.StoredVerdict;
import dev.gatun.results.Verdict;
import dev.gatun.results.comparison.Regression;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The main job: measure claims, store the evidence, judge it, report. */
@Command(
    name = "reproduce",
    description = {
      "Measures claims, stores the evidence, judges it and writes the report.",
      "",
      "The same command may run several times at once on one folder, on one machine or on",
      "several that share the folder: each run is done by one of the processes, and the first",
      "that finds nothing left to do writes the results. What a killed process had taken",
      "another one does. slurm/gatun.sbatch does so with the tasks of a Slurm job array."
    },
    mixinStandardHelpOptions = true)
final class ReproduceCommand implements Callable<Integer> {
  /** Options that say nothing of stored models. */
  private static final List<String> OF_TRAINING =
      List.of("--tier", "--seeds", "--corpus", "--corpus-limit", "--head", "--jobs", "--timings");

  @Mixin private Console console;
  @Mixin private DeviceOptions device;
  @Mixin private CorpusOptions corpus;
  @Mixin private ReferenceOptions reference;
  @Mixin private MeasuredTextOptions text;

  @Spec private CommandSpec command;

  @Parameters(
      paramLabel = "<claim>",
      arity = "0..*",
      completionCandidates = ClaimIds.class,
      description = "Claims by id, as `gatun claims` lists them. Default: all.")
  private List<String> ids = List.of();

  @Option(
      names = "--checkpoints",
      paramLabel = "<folder>",
      arity = "1..*",
      description = {
        "Judge A1, A4, A5, A9, A10, B3, B4, B5, B8 and G3 on models that the papers measure, in",
        "these folders, or as org/name in the hub's local cache; fetch-models.md lists them.",
        "For B5 and B8, heads are fitted to the states of the models that the figures have.",
        "Nothing is downloaded. Several folders may hold several sizes of a model, or steps of one."
      })
  private List<Path> checkpoints = List.of();

  @Option(
      names = "--tier",
      paramLabel = "<tier>",
      defaultValue = "quick",
      converter = Tiers.class,
      completionCandidates = Tiers.class,
      description = "How much work: ${COMPLETION-CANDIDATES}. Default: ${DEFAULT-VALUE}.")
  private Tier tier;

  @Option(
      names = "--seed",
      paramLabel = "<n>",
      defaultValue = "1",
      description = "First seed; claims that need several take the next ones. Default: 1.")
  private long seed;

  @Option(
      names = "--seeds",
      paramLabel = "<n>",
      description = {
        "How many seeds a claim takes at most. Default: as many as its plan has, mostly five.",
        "With few of them more checks are undecided."
      })
  private Integer most;

  @Option(
      names = "--head",
      paramLabel = "<head>",
      defaultValue = Heads.LINEAR,
      converter = Heads.class,
      completionCandidates = Heads.class,
      description = {
        "The head to ask A4, A6 and A7 of: ${COMPLETION-CANDIDATES}.",
        "H1 compares all. Checks of claims about other heads then decide nothing.",
        "Default: ${DEFAULT-VALUE}."
      })
  private HeadChoice head;

  @Option(
      names = "--jobs",
      paramLabel = "<n>",
      defaultValue = "1",
      description = {
        "Training runs at once, which share the threads. Results are the same. Default: 1."
      })
  private int jobs;

  @Option(
      names = "--out",
      paramLabel = "<folder>",
      description = {
        "Where results go. Default: results/runs/<tier>-<device>-seed<n>, followed by to<n> if",
        "seeds are left out, by the claims if some are chosen, and by a head that is not linear."
      })
  private Path out;

  @Option(
      names = "--beside",
      paramLabel = "<folder>",
      description = {
        "Results of another machine or device, to stand beside these in the report, or of a",
        "higher tier, which then speak for their claims there; may be given several times."
      })
  private List<Path> beside = List.of();

  @Option(
      names = "--timings",
      paramLabel = "<file>",
      description = "Where the time of each claim is kept, as JSON in the layout of JMH's results.")
  private Path timings;

  @Option(names = "--details", description = "Print every check, and why it came out so.")
  private boolean details;

  @Override
  public Integer call() {
    requireConsistent();
    return checkpoints.isEmpty() ? reproduceTraining() : reproduceCheckpoints();
  }

  private void requireConsistent() {
    if (checkpoints.isEmpty()) {
      text.given()
          .ifPresent(option -> {
            throw new IllegalArgumentException(
                "%s is about folders that are measured; name them with --checkpoints, or leave it out"
                    .formatted(option));
          });
      return;
    }
    OF_TRAINING.stream()
        .filter(command.commandLine().getParseResult()::hasMatchedOption)
        .findFirst()
        .ifPresent(option -> {
          throw new IllegalArgumentException(
              "%s is about training, and with --checkpoints no model is trained; leave it out"
                  .formatted(option));
        });
    text.requireConsistent();
  }

  private int reproduceCheckpoints() {
    List<StoredCheckpoint> folders = text.checkpoints(checkpoints);
    var claims = CheckpointReproduction.of(ids, folders);
    Path folder =
        out == null
            ? defaultFolder(Run.CHECKPOINT + "-" + StoredCheckpoint.fileName(folders))
            : out;
    requireUsable(folder);
    MeasuredTexts texts = text.read(folders, CorpusChoice.prose(), seed, console);
    if (texts.names().size() != 1) {
      throw new IllegalArgumentException(
          "claims are judged on one text, and there are %s; name one with --text"
              .formatted(texts.names().size()));
    }
    var batches = MeasuredTextOptions.fitting(folders, texts);
    // The interruption comes first: the process may end as soon as it is closed.
    try (var interruption = new Interruption(console::note, goingOn(folder), () -> {});
        var _ = FolderLock.take(folder);
        Backend backend = device.open(console::note)) {
      var timing = new Timing();
      var results = new ResultsFolder(folder);
      List<String> staying =
          results.staying(
              claims.claims(), Run.CHECKPOINT, timing.provenance(backend.device(), seed));
      var measurement =
          new CheckpointMeasurement(
              batches, claims.fitted(batches), texts, seed, backend, folder, console);
      show(measurement.settings(), staying);
      List<Evidence> measured;
      try (var progress = new ProgressDisplay(console, interruption)) {
        measured = measurement.measure(progress, interruption, CheckpointMeasurement.Visitor.NONE);
      }
      Evidence evidence = claims.evidence(measured, timing.provenance(backend.device(), seed));
      Judged judged = judge(results.joined(evidence, ExpectedValues.shipped()));
      write(judged, folder);
      measurement.discardUnfinished();
      interruption.complete();
      CheckpointReproduction.printModels(evidence, console);
      if (details) {
        CheckpointReproduction.printChecks(evidence, judged.expected(), console);
      }
      return conclude(judged, folder, List.of(), claims.notes(texts.names()));
    } catch (CancellationException _) {
      return Gatun.USER_ERROR;
    }
  }

  private void requireUsable(Path folder) {
    new ResultsFolder(folder).requireWritable();
    Machines.requireDifferent(withBeside(folder));
    Machines.read(beside, ExpectedValues.shipped());
    reference.requireReadable();
  }

  private void show(Map<String, String> settings, List<String> staying) {
    var rows = new LinkedHashMap<>(settings);
    if (!staying.isEmpty()) {
      rows.put("stay there", "%s, measured earlier".formatted(String.join(" ", staying)));
    }
    console.settings(rows);
    console.line("");
  }

  /** The evidence of the folder, and what follows from it. */
  private record Judged(
      Evidence evidence,
      ExpectedValues expected,
      List<Verdict> verdicts,
      List<Regression> regressions) {}

  private Judged judge(Evidence evidence) {
    ExpectedValues expected = ExpectedValues.shipped();
    return new Judged(
        evidence, expected, Judgement.of(evidence, expected), reference.regressions(evidence));
  }

  private void write(Judged judged, Path folder) {
    ExpectedValues expected = judged.expected();
    new ResultsFolder(folder)
        .write(judged.evidence(), StoredVerdict.of(judged.verdicts(), expected));
    Report.write(
        report(folder),
        judged.evidence(),
        judged.verdicts(),
        expected,
        Machines.beside(
            Machines.read(withBeside(folder), expected),
            reference.ofHigherTiers(judged.evidence(), expected),
            judged.regressions()));
  }

  private static Path report(Path folder) {
    return folder.resolve("report.html");
  }

  private int reproduceTraining() {
    List<Claim> claims = selected();
    Path folder = out == null ? defaultFolder(tier.label()) : out;
    // What can be wrong is found before the long work, and before anything is created.
    ReproduceSettings.of(claims, tier, seeds(), Optional.empty(), folder);
    device.jobs(jobs);
    requireUsable(folder);
    if (timings != null) {
      AtomicFile.requireWritable(timings.toAbsolutePath().getParent());
    }
    // The interruption comes first: the process may end as soon as it is closed.
    try (var interruption = new Interruption(console::note, goingOn(folder), () -> {});
        Backend backend = device.open(console::note)) {
      Optional<Corpus> text =
          claims.stream().anyMatch(Claim::readsCorpus)
              ? Optional.of(
                  console.saying(
                      "reading the text to train on", () -> corpus.read(tier, console::note)))
              : Optional.empty();
      var settings = ReproduceSettings.of(claims, tier, seeds(), text, folder);
      var memory = new SweepPreview(RunEstimate.ofMemory(settings.trainings(), backend, jobs));
      memory.requireFits();
      try (var lock = FolderLock.share(folder, settings.shared(head, backend.device()))) {
        List<String> staying = lock.whileNobodyWrites(() -> settings.staying(backend.device()));
        show(settings.rows(backend.device(), memory), staying);
        return reproduce(settings, backend, interruption, lock);
      }
    } catch (CancellationException _) {
      return Gatun.USER_ERROR;
    }
  }

  private static String goingOn(Path folder) {
    return "what was finished is in %s, and the same command goes on from there".formatted(folder);
  }

  /** Of processes that share the folder, each measures, the first to end writes for all. */
  private int reproduce(
      ReproduceSettings settings, Backend backend, Interruption interruption, FolderLock lock) {
    Judged judged;
    var times = new ClaimTimings(tier, seeds(), jobs, backend.device());
    try (var progress = new ProgressDisplay(console, interruption)) {
      var context =
          new ClaimContext(
              backend,
              device.jobs(jobs),
              tier,
              seeds(),
              () -> settings.corpus().orElseThrow(),
              progress,
              settings.folder());
      OptionalDouble estimated = preview(settings, context, progress);
      Evidence measured = measure(settings, context, estimated, interruption, progress, times);
      judged =
          judge(
              lock.whileNobodyWrites(() ->
                  new ResultsFolder(settings.folder()).joined(measured, ExpectedValues.shipped())));
      lock.once(() -> write(judged, settings.folder()));
      lock.leave(context::discardUnfinished);
      interruption.complete();
    }
    if (timings != null) {
      times.write(timings);
    }
    return conclude(judged, settings.folder(), times.entries(), List.of());
  }

  /**
   * Says what the work will take, and returns the seconds. The quick tier is over sooner than it is
   * worth to know.
   */
  private OptionalDouble preview(
      ReproduceSettings settings, ClaimContext context, ProgressDisplay progress) {
    if (tier == Tier.QUICK || console.isJson()) {
      return OptionalDouble.empty();
    }
    double computing = 0;
    for (Claim claim : settings.claims()) {
      Optional<Computation> computation = claim.computation(tier, context.backend());
      progress.pause();
      computation.stream()
          .flatMap(one -> one.lines().stream())
          .forEach(line -> console.line(claim.id() + ": " + line));
      computing += computation.map(Computation::seconds).orElse(0.0);
    }
    RunEstimate estimate =
        RunEstimate.of(
            settings.trainings(),
            context,
            (done, total, setting) ->
                progress.progressed(
                    Progress.of("timing", "first steps of " + setting.arm(), done, total)));
    progress.pause();
    var preview = new SweepPreview(estimate, computing);
    preview.print(console);
    console.line("");
    return OptionalDouble.of(preview.seconds());
  }

  private Evidence measure(
      ReproduceSettings settings,
      ClaimContext context,
      OptionalDouble estimated,
      Interruption interruption,
      ProgressDisplay progress,
      ClaimTimings times) {
    Instant started = Instant.now().truncatedTo(ChronoUnit.SECONDS);
    long startedNanos = System.nanoTime();
    List<Evidence> measured =
        SharedClaims.measure(
            settings.claims(),
            claim -> {
              interruption.check();
              var builder = new EvidenceBuilder();
              times.time(claim, () -> claim.run(context, builder));
              return builder.build(new Provenance(Map.of()));
            },
            progress::waiting);
    Provenance provenance =
        settings
            .evidenceProvenance(context.backend().device())
            .with(Provenance.JOBS, Integer.toString(jobs))
            .with(Provenance.STARTED, started.toString())
            .with(Provenance.WALL_SECONDS, seconds((System.nanoTime() - startedNanos) / 1e9));
    if (estimated.isPresent()) {
      provenance = provenance.with(Provenance.ESTIMATED_SECONDS, seconds(estimated.getAsDouble()));
    }
    return Evidence.joined(provenance, measured).withConfigurationHash();
  }

  private int conclude(
      Judged judged, Path folder, List<Map<String, Object>> times, List<String> notes) {
    Path report = report(folder);
    var table = new VerdictTable(judged.verdicts(), judged.expected(), judged.regressions());
    if (details) {
      table.printDetails(console);
    } else {
      table.printSummary(console);
    }
    notes.forEach(console::paragraph);
    console.line("");
    console.line("every check: gatun verify %s --details".formatted(folder));
    console.line("report:      @|bold " + report.toAbsolutePath() + "|@");
    console.json(
        new Reproduction(
            folder.toString(),
            report.toString(),
            judged.evidence().provenance().entries(),
            times,
            table.claimLines(),
            table.regressionLines(),
            notes,
            judged.verdicts()));
    return table.exitCode();
  }

  private record Reproduction(
      String results,
      String report,
      Map<String, String> provenance,
      List<Map<String, Object>> timings,
      List<VerdictTable.ClaimLine> claims,
      List<VerdictTable.RegressionLine> regressions,
      List<String> notes,
      List<Verdict> verdicts) {}

  private List<Path> withBeside(Path folder) {
    return Stream.concat(Stream.of(folder), beside.stream()).toList();
  }

  private List<Claim> selected() {
    List<Claim> all = Claims.all(head);
    for (String id : ids) {
      if (!Claims.ids().contains(id.toUpperCase(Locale.ROOT))) {
        throw new IllegalArgumentException(
            "there is no claim %s; the nearest is %s, and `gatun claims` lists all"
                .formatted(id, NearestName.of(id, Claims.ids())));
      }
      if (all.stream().map(Claim::id).noneMatch(id::equalsIgnoreCase)) {
        throw new IllegalArgumentException(
            "claim %s cannot be asked of one other head; with --head %s there are %s"
                .formatted(
                    id.toUpperCase(Locale.ROOT),
                    head.label(),
                    String.join(", ", all.stream().map(Claim::id).toList())));
      }
    }
    return all.stream()
        .filter(claim -> ids.isEmpty() || ids.stream().anyMatch(claim.id()::equalsIgnoreCase))
        .toList();
  }

  private Seeds seeds() {
    if (most != null && most < 1) {
      throw new IllegalArgumentException("--seeds %s: at least 1 is needed".formatted(most));
    }
    return most == null ? Seeds.from(seed) : new Seeds(seed, most);
  }

  /**
   * A choice of claims or of fewer seeds has a folder of its own, and replaces nothing in the
   * evidence of all.
   */
  private Path defaultFolder(String tierLabel) {
    String chosen = ids.isEmpty() ? "" : "-" + String.join("-", ids).toUpperCase(Locale.ROOT);
    String other = head.isLinear() ? "" : "-" + head.label();
    String few = most == null ? "" : "to" + (seed + most - 1);
    return Path.of(
        "results",
        "runs",
        "%s-%s-seed%s%s%s%s".formatted(tierLabel, device.name(), seed, few, chosen, other));
  }

  private static String seconds(double seconds) {
    return String.format(Locale.ROOT, "%.1f", seconds);
  }
}
