package dev.gatun.results.comparison;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.results.CheckKind;
import dev.gatun.results.Evidence;
import dev.gatun.results.EvidenceBuilder;
import dev.gatun.results.Grade;
import dev.gatun.results.Metric;
import dev.gatun.results.Outcome;
import dev.gatun.results.Provenance;
import dev.gatun.results.ResultsFolder;
import dev.gatun.results.Run;
import dev.gatun.results.RunRecorder;
import dev.gatun.results.Steps;
import dev.gatun.results.StudentInterval;
import dev.gatun.results.Tolerance;
import dev.gatun.results.Tolerances;
import dev.gatun.results.UnreadableResultsException;
import dev.gatun.results.Verdict;
import dev.gatun.results.comparison.MetricComparison.Place;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** When two machines measured the same, when not, and when nobody can say. */
class ComparisonTest {
  private static final Path REFERENCE =
      Path.of("..", "results", "reference", "intel-xeon-avx512-2-cores");
  private static final String CONFIGURATION =
      "{\"experiment\": {\"width\": 48, \"seed\": %s}, \"corpus\": \"c\","
          + " \"corpusSha256\": \"%s\", \"device\": \"%s\", \"mathMode\": \"f32\"}";
  private static final String CORPUS = "ab".repeat(32);

  private static final Tolerances TOLERANCES =
      new Tolerances(
          List.of(
              tolerance("count", Steps.ALL, CheckKind.EXACT, 0, 0),
              tolerance("identity", Steps.ALL, CheckKind.ALGEBRA, 0, 4),
              tolerance("product", Steps.ALL, CheckKind.IMPLEMENTATION, 0, 4),
              tolerance("effect", Steps.TRAINED, CheckKind.STATISTICAL, 0.01, 0)));

  private static Tolerance tolerance(
      String metric, Steps steps, CheckKind kind, double within, double roundings) {
    return new Tolerance(
        List.of(metric),
        List.of(),
        List.of(),
        steps,
        kind,
        within,
        roundings,
        0.0,
        "test",
        List.of("test"));
  }

  /** Evidence of one metric: a value for each seed from the first on. */
  private static Machine machine(
      String name, Provenance provenance, String metric, long firstSeed, double... values) {
    var builder = new EvidenceBuilder();
    for (int i = 0; i < values.length; i++) {
      RunRecorder run = begin(builder, "quick", firstSeed + i, CORPUS, name);
      run.metric(metric, 10, values[i], "1");
    }
    return new Machine(name, builder.build(provenance), List.of());
  }

  private static RunRecorder begin(
      EvidenceBuilder builder, String tier, long seed, String corpus, String device) {
    return builder.begin(
        "X1/d48/seed" + seed,
        "X1",
        "d48",
        tier,
        "cpu",
        seed,
        CONFIGURATION.formatted(seed, corpus, device));
  }

  private static Provenance mode(String math) {
    return new Provenance(Map.of(Provenance.MATH_MODE, math));
  }

  private static Machine machine(String name, String metric, double... values) {
    return machine(name, mode("f32"), metric, 1, values);
  }

  private static Place compare(Machine first, Machine other) {
    List<MetricComparison> metrics = Comparison.of(first, other, TOLERANCES).metrics();
    assertEquals(1, metrics.size());
    return metrics.getFirst().worst();
  }

  private static void assertAgreement(Agreement expected, Place place) {
    assertEquals(expected, place.agreement(), place.toString());
  }

  @Test
  void exactMetricsAgreeIfEqualAndElseDiffer() {
    Machine first = machine("a", "count", 7, 8);
    assertAgreement(Agreement.AGREES, compare(first, machine("b", "count", 7, 8)));
    Place place = compare(first, machine("b", "count", 7, Math.nextUp(8.0)));
    assertAgreement(Agreement.DIFFERS, place);
    assertEquals("d48, seed 2, step 10", place.where());
  }

  @Test
  void algebraAllowsRoundingsOfF64InAnyMathMode() {
    Machine first = machine("a", mode("bf16"), "identity", 1, 1.0);
    assertAgreement(Agreement.AGREES, compare(first, machine("b", "identity", 1 + 0x1p-52)));
    assertAgreement(Agreement.DIFFERS, compare(first, machine("b", "identity", 1 + 0x1p-49)));
  }

  @Test
  void implementationsAllowRoundingsOfTheCoarserMathMode() {
    Machine f32 = machine("a", "product", 1.0);
    assertAgreement(Agreement.AGREES, compare(f32, machine("b", "product", 1 + 0x1p-23)));
    assertAgreement(Agreement.DIFFERS, compare(f32, machine("b", "product", 1 + 0x1p-12)));
    Machine tf32 = machine("b", mode("tf32"), "product", 1, 1 + 0x1p-12);
    assertAgreement(Agreement.AGREES, compare(f32, tf32));
    assertAgreement(Agreement.AGREES, compare(tf32, f32));
  }

  @Test
  void effectsOfTheSameSeedsArePairedSoThatTheirScatterDoesNotMatter() {
    Machine first = machine("a", "effect", 0.1, 0.5, 0.9);
    Place place = compare(first, machine("b", "effect", 0.101, 0.502, 0.901));
    assertAgreement(Agreement.AGREES, place);
    assertEquals(0.004 / 3, place.difference().value(), 1e-12);
    assertEquals("d48, 3 seeds, step 10", place.where());
    assertAgreement(Agreement.DIFFERS, compare(first, machine("b", "effect", 0.201, 0.602, 1.001)));
    assertAgreement(Agreement.INCONCLUSIVE, compare(first, machine("b", "effect", 0.1, 0.5, 0.93)));
  }

  @Test
  void effectsOfOtherSeedsAreComparedAsIndependent() {
    Machine first = machine("a", "effect", 0.100, 0.101, 0.102);
    Machine near = machine("b", mode("f32"), "effect", 11, 0.101, 0.102, 0.100);
    Place place = compare(first, near);
    assertAgreement(Agreement.AGREES, place);
    assertEquals("d48, 3 and 3 seeds, step 10", place.where());
    Machine far = machine("b", mode("f32"), "effect", 11, 0.201, 0.202, 0.200);
    assertAgreement(Agreement.DIFFERS, compare(first, far));
  }

  @Test
  void oneSeedGivesNoIntervalUnlessEqual() {
    Machine first = machine("a", "effect", 0.1);
    Place place = compare(first, machine("b", "effect", 0.1000001));
    assertAgreement(Agreement.INCONCLUSIVE, place);
    assertTrue(place.reason().contains("one seed"), place.reason());
    assertAgreement(Agreement.AGREES, compare(first, machine("b", "effect", 0.1)));
  }

  @Test
  void otherSeedsOfAPointKindAreNotComparable() {
    Place place =
        compare(machine("a", "product", 1.0), machine("b", mode("f32"), "product", 5, 1.0, 1.0));
    assertAgreement(Agreement.NOT_COMPARABLE, place);
    assertEquals("other seeds: 1 against 5 6", place.reason());
  }

  @Test
  void otherTierCorpusConfigurationOrUnitAreNotComparableAndSaidToBeSo() {
    Machine first = machine("a", "product", 1.0);
    assertObstacle("other tier: quick against desk", first, "desk", CORPUS, "48", "1");
    assertObstacle(
        "other corpus: abababababab… against cdcdcdcdcdcd…",
        first,
        "quick",
        "cd".repeat(32),
        "48",
        "1");
    assertObstacle(
        "other configuration: experiment.width: 48 against 64", first, "quick", CORPUS, "64", "1");
    assertObstacle("other unit: 1 against nats", first, "quick", CORPUS, "48", "nats");
  }

  private static void assertObstacle(
      String reason, Machine first, String tier, String corpus, String width, String unit) {
    var builder = new EvidenceBuilder();
    String configuration = CONFIGURATION.formatted(1, corpus, "other device").replace("48", width);
    builder
        .begin("X1/d48/seed1", "X1", "d48", tier, "cuda", 1, configuration)
        .metric("product", 10, 1.0, unit);
    Place place = compare(first, new Machine("b", builder.build(mode("f32")), List.of()));
    assertAgreement(Agreement.NOT_COMPARABLE, place);
    assertEquals(reason, place.reason());
  }

  @Test
  void whatOneMachineLacksIsNamed() {
    var builder = new EvidenceBuilder();
    begin(builder, "quick", 1, CORPUS, "b").metric("count", 10, 1, "1");
    Machine other = new Machine("b", builder.build(mode("f32")), List.of());
    List<MetricComparison> metrics =
        Comparison.of(machine("a", "product", 1.0), other, TOLERANCES).metrics();
    assertEquals(List.of("product", "count"), metrics.stream().map(m -> m.metric()).toList());
    assertEquals("not measured on b", metrics.get(0).worst().reason());
    assertEquals("not measured on a", metrics.get(1).worst().reason());
  }

  @Test
  void metricWithoutAToleranceIsNotComparable() {
    Place place = compare(machine("a", "novel", 1.0), machine("b", "novel", 1.0));
    assertAgreement(Agreement.NOT_COMPARABLE, place);
    assertTrue(place.reason().contains("tolerances.toml"), place.reason());
  }

  @Test
  void whatIsNotFiniteNeverAgrees() {
    for (String metric : List.of("count", "product", "effect")) {
      Machine broken = machine("b", metric, 1.0, Double.NaN);
      assertAgreement(Agreement.DIFFERS, compare(machine("a", metric, 1.0, 1.0), broken));
      assertAgreement(Agreement.DIFFERS, compare(broken, machine("c", metric, 1.0, Double.NaN)));
    }
  }

  @Test
  void spectraAreComparedValueByValueRelativeToTheGreatest() {
    var tolerances =
        new Tolerances(List.of(tolerance("head", Steps.ALL, CheckKind.IMPLEMENTATION, 0, 4)));
    Machine first = spectrum("a", 100, 1, 0.1);
    assertEquals(
        Agreement.AGREES,
        Comparison.of(first, spectrum("b", 100, 1, 0.10002), tolerances).agreement());
    Comparison far = Comparison.of(first, spectrum("b", 100, 1.001, 0.1), tolerances);
    assertEquals(Agreement.DIFFERS, far.agreement());
    assertEquals("d48, seed 1, step 0, σ 2", far.metrics().getFirst().worst().where());
    Comparison broken = Comparison.of(first, spectrum("b", 100, Double.NaN, 0.1), tolerances);
    assertEquals("not a finite number", broken.metrics().getFirst().worst().reason());
    Comparison fewer = Comparison.of(first, spectrum("b", 100, 1), tolerances);
    assertEquals("3 values against 2", fewer.metrics().getFirst().worst().reason());
  }

  private static Machine spectrum(String name, double... values) {
    var builder = new EvidenceBuilder();
    begin(builder, "quick", 1, CORPUS, name).spectrum("head", 0, values, 0);
    return new Machine(name, builder.build(mode("f32")), List.of());
  }

  @Test
  void outcomesThatContradictDifferAndUndecidedOnesDoNot() {
    assertEquals(Agreement.DIFFERS, outcome(Outcome.REPRODUCED, Outcome.NOT_REPRODUCED));
    assertEquals(Agreement.INCONCLUSIVE, outcome(Outcome.REPRODUCED, Outcome.UNDECIDED));
    assertEquals(Agreement.NOT_COMPARABLE, outcome(Outcome.REPRODUCED, Outcome.SKIPPED));
    assertEquals(Agreement.AGREES, outcome(Outcome.SKIPPED, Outcome.SKIPPED));
  }

  private static Agreement outcome(Outcome first, Outcome other) {
    Evidence none = new EvidenceBuilder().build(mode("f32"));
    return Comparison.of(
            new Machine("a", none, List.of(verdict(first))),
            new Machine("b", none, List.of(verdict(other))),
            TOLERANCES)
        .agreement();
  }

  private static Verdict verdict(Outcome outcome) {
    return new Verdict(
        "X1",
        "check",
        "quick",
        "",
        outcome,
        true,
        1,
        1,
        1,
        0,
        2,
        "1",
        0,
        "",
        Verdict.AgainstNull.NONE,
        "test",
        Grade.IDENTITY,
        "test");
  }

  @Test
  void unknownMathModeIsNamed() {
    Machine fp8 = machine("b", mode("fp8"), "product", 1, 1.0);
    Machine first = machine("a", "product", 1.0);
    var e =
        assertThrows(UnreadableResultsException.class, () -> Comparison.of(first, fp8, TOLERANCES));
    assertTrue(e.getMessage().contains("'fp8'"), e.getMessage());
  }

  @Test
  void aToleranceMayBeOfSomeClaimsOrTiersOrOfACurve() {
    var tolerances =
        new Tolerances(
            List.of(
                tolerance("loss", List.of("X2"), List.of(), 0.3),
                tolerance("loss", List.of(), List.of("checkpoint"), 0.4),
                tolerance("loss", Steps.ALL, CheckKind.EXACT, 0, 0),
                tolerance("energy@", Steps.ALL, CheckKind.ALGEBRA, 0.5, 0)));
    Run run = run("X1", "quick");
    assertEquals(0.3, tolerances.of(run("X2", "quick"), "loss", 10).orElseThrow().within());
    assertEquals(0.4, tolerances.of(run("X1", "checkpoint"), "loss", 10).orElseThrow().within());
    assertEquals(CheckKind.EXACT, tolerances.of(run, "loss", 10).orElseThrow().kind());
    assertEquals(0.5, tolerances.of(run, "energy@16", 10).orElseThrow().within());
    assertTrue(tolerances.of(run, "energy", 10).isEmpty());
    assertTrue(tolerances.of(run, "energy_kept@16", 10).isEmpty());
  }

  private static Tolerance tolerance(
      String metric, List<String> claims, List<String> tiers, double within) {
    return new Tolerance(
        List.of(metric),
        claims,
        tiers,
        Steps.ALL,
        CheckKind.STATISTICAL,
        within,
        0.0,
        0.0,
        "test",
        List.of("test"));
  }

  private static Run run(String claim, String tier) {
    return new Run(claim, claim, "any", tier, "cpu", 1, "{}", 0);
  }

  @Test
  void everyMetricAndSpectrumOfTheReferenceHasATolerance() {
    Evidence evidence = new ResultsFolder(REFERENCE).readEvidence();
    Map<String, Run> runs = new LinkedHashMap<>();
    evidence.runs().forEach(run -> runs.put(run.id(), run));
    Tolerances shipped = Tolerances.shipped();
    List<String> without =
        evidence.metrics().stream()
            .filter(m -> shipped.of(runs.get(m.run()), m.name(), m.step()).isEmpty())
            .map(Metric::name)
            .distinct()
            .toList();
    assertEquals(List.of(), without);
    assertTrue(
        evidence.spectra().stream()
            .allMatch(s -> shipped.of(runs.get(s.run()), s.name(), s.step()).isPresent()));
  }

  @Test
  void changedValueOfTheReferenceIsNoticed() {
    Evidence evidence = new ResultsFolder(REFERENCE).readEvidence();
    Machine reference = new Machine("reference", evidence, List.of());
    assertEquals(
        Agreement.AGREES, Comparison.of(reference, reference, Tolerances.shipped()).agreement());
    for (long step : List.of(0L, 150L)) {
      double change = step == 0 ? 1e-6 : 0.003;
      Machine planted = new Machine("planted", planted(evidence, step, change), List.of());
      Comparison comparison = Comparison.of(reference, planted, Tolerances.shipped());
      List<MetricComparison> different =
          comparison.metrics().stream().filter(m -> m.agreement() != Agreement.AGREES).toList();
      assertEquals(
          List.of("A1 destroyed_norm"),
          different.stream().map(m -> m.claim() + " " + m.metric()).toList());
      assertEquals(Agreement.DIFFERS, comparison.agreement());
      assertTrue(different.getFirst().worst().where().startsWith("d64, "));
      assertEquals(change, different.getFirst().worst().difference().value(), 1e-12);
    }
  }

  /** One metric of one arm at one step, off by a little in every seed. */
  private static Evidence planted(Evidence evidence, long step, double change) {
    List<Metric> metrics =
        evidence.metrics().stream()
            .map(m ->
                m.name().equals("destroyed_norm")
                        && m.run().startsWith("A1/d64/")
                        && m.step() == step
                    ? new Metric(
                        m.run(),
                        m.claim(),
                        m.name(),
                        m.step(),
                        m.value() + change,
                        m.uncertainty(),
                        m.unit())
                    : m)
            .toList();
    return new Evidence(evidence.provenance(), evidence.runs(), metrics, evidence.spectra());
  }

  /** The first by {@code scipy.stats.t.ppf} of Welch's 4.8133 degrees of freedom. */
  @Test
  void studentIntervalsAreThoseOfTheTextbook() {
    var welch =
        StudentInterval.ofDifference(
            new double[] {0.8, 1.9, 2.2}, new double[] {1.1, 2.3, 2.9, 4.2});
    assertEquals(0.9916666666666667, welch.mean(), 1e-12);
    assertEquals(2.009139407415497, welch.halfWidth(), 1e-9);
    var mean = StudentInterval.of(new double[] {1, 2, 3});
    assertEquals(2, mean.mean());
    assertEquals(4.302652729911275 / Math.sqrt(3), mean.halfWidth(), 1e-9);
    assertFalse(StudentInterval.of(new double[] {2, 2}).halfWidth() > 0);
    assertThrows(IllegalArgumentException.class, () -> StudentInterval.of(new double[] {1}));
  }
}
