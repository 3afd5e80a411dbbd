package dev.gatun.cli;

import dev.gatun.backend.Backend;
import dev.gatun.backend.DeviceDescription;
import dev.gatun.claims.Claim;
import dev.gatun.claims.ClaimContext;
import dev.gatun.claims.Claims;
import dev.gatun.claims.Tier;
import dev.gatun.data.Corpus;
import dev.gatun.report.Report;
import dev.gatun.results.Evidence;
import dev.gatun.results.EvidenceBuilder;
import dev.gatun.results.ExpectedValues;
import dev.gatun.results.NearestName;
import dev.gatun.results.Provenance;
import dev.gatun.results.ResultsFolder;
import dev.gatun.results.Verdict;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The main job: measure claims, store the evidence, judge it, report. */
@Command(
    name = "reproduce",
    description = "Measures claims, stores the evidence, judges it and writes the report.",
    mixinStandardHelpOptions = true)
final class ReproduceCommand implements Callable<Integer> {
  @Mixin private Console console;
  @Mixin private DeviceOptions device;
  @Mixin private CorpusOptions corpus;

  @Parameters(
      paramLabel = "<claim>",
      arity = "0..*",
      description = "Claims by id, as `gatun claims` lists them. Default: all.")
  private List<String> ids = List.of();

  @Option(
      names = "--tier",
      paramLabel = "<tier>",
      defaultValue = "quick",
      description = "How much work: ${COMPLETION-CANDIDATES}. Default: ${DEFAULT-VALUE}.")
  private Tier tier;

  @Option(
      names = "--seed",
      paramLabel = "<n>",
      defaultValue = "1",
      description = "First seed; claims that need several take the next ones. Default: 1.")
  private long seed;

  @Option(
      names = "--out",
      paramLabel = "<folder>",
      description = "Where results go. Default: results/runs/<tier>-<device>-seed<n>.")
  private Path out;

  @Override
  public Integer call() {
    List<Claim> claims = selected();
    try (Backend backend = device.open();
        var interruption = new Interruption(() -> {})) {
      Path folder = out == null ? defaultFolder(backend) : out;
      Corpus text = corpus.read();
      console.settings(settings(backend.device(), text, claims, folder));
      console.line("");
      try {
        return reproduce(claims, backend, text, folder, interruption);
      } catch (CancellationException _) {
        console.note(
            "interrupted; what was finished is in %s, and the same command goes on from there"
                .formatted(folder));
        return Gatun.USER_ERROR;
      }
    }
  }

  private int reproduce(
      List<Claim> claims, Backend backend, Corpus text, Path folder, Interruption interruption) {
    Instant started = Instant.now().truncatedTo(ChronoUnit.SECONDS);
    long startedNanos = System.nanoTime();
    var builder = new EvidenceBuilder();
    try (var progress = new ProgressDisplay(console, interruption)) {
      var context = new ClaimContext(backend, tier, seed, () -> text, progress, folder);
      for (Claim claim : claims) {
        claim.run(context, builder);
      }
    }
    Provenance provenance =
        provenance(backend.device(), text)
            .with(Provenance.STARTED, started.toString())
            .with(Provenance.WALL_SECONDS, seconds(System.nanoTime() - startedNanos));
    return conclude(builder.build(provenance), folder);
  }

  private int conclude(Evidence evidence, Path folder) {
    var results = new ResultsFolder(folder);
    results.write(evidence);
    ExpectedValues expected = ExpectedValues.shipped();
    List<Verdict> verdicts = Judgement.of(evidence, expected);
    results.write(verdicts, evidence.provenance());
    Path report = folder.resolve("report.html");
    Report.write(report, evidence, verdicts, expected);
    var table = new VerdictTable(verdicts);
    table.print(console);
    console.line("");
    console.line("report: @|bold " + report.toAbsolutePath() + "|@");
    var json = new LinkedHashMap<String, Object>();
    json.put("results", folder.toString());
    json.put("report", report.toString());
    json.put("provenance", evidence.provenance().entries());
    json.put("verdicts", table.asJson());
    console.json(json);
    return table.exitCode();
  }

  private List<Claim> selected() {
    List<Claim> all = Claims.all();
    for (String id : ids) {
      if (!Claims.ids().contains(id.toUpperCase(Locale.ROOT))) {
        throw new IllegalArgumentException(
            "there is no claim %s; the nearest is %s, and `gatun claims` lists all"
                .formatted(id, NearestName.of(id, Claims.ids())));
      }
    }
    return all.stream()
        .filter(claim -> ids.isEmpty() || ids.stream().anyMatch(claim.id()::equalsIgnoreCase))
        .toList();
  }

  private Path defaultFolder(Backend backend) {
    return Path.of(
        "results", "runs", "%s-%s-seed%d".formatted(tier.label(), backend.device().kind(), seed));
  }

  private Map<String, String> settings(
      DeviceDescription device, Corpus text, List<Claim> claims, Path folder) {
    var settings = new LinkedHashMap<String, String>();
    settings.put("claims", claims.stream().map(Claim::id).collect(Collectors.joining(" ")));
    settings.put("tier", tier.label());
    settings.put("device", device.kind() + ", " + device.name());
    settings.put("threads", Integer.toString(device.threads()));
    settings.put("math", device.mathMode());
    settings.putAll(device.libraries());
    settings.put(
        "corpus",
        "%s, %,d files, %.1f M characters"
            .formatted(text.name(), text.files().size(), text.characters() / 1e6));
    settings.put("corpus sha256", text.sha256());
    settings.put("seed", Long.toString(seed));
    settings.put("results", folder.toString());
    return settings;
  }

  private Provenance provenance(DeviceDescription device, Corpus text) {
    Provenance provenance =
        Provenance.ofThisProcess()
            .with(Provenance.DEVICE, device.name())
            .with(Provenance.THREADS, Integer.toString(device.threads()))
            .with(Provenance.MATH_MODE, device.mathMode())
            .with(Provenance.SEED, Long.toString(seed))
            .with(Provenance.CORPUS_HASH, text.sha256());
    for (Map.Entry<String, String> library : device.libraries().entrySet()) {
      provenance =
          provenance.with(Provenance.LIBRARY_PREFIX + library.getKey(), library.getValue());
    }
    return provenance;
  }

  private static String seconds(long nanos) {
    return String.format(Locale.ROOT, "%.1f", nanos * 1e-9);
  }
}
