package dev.gatun.results.comparison;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.results.Evidence;
import dev.gatun.results.Metric;
import dev.gatun.results.Provenance;
import dev.gatun.results.ResultsFolder;
import dev.gatun.results.Run;
import dev.gatun.results.Tolerances;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** Faults planted into a copy of the reference evidence: each is noticed. */
class RegressionTest {
  private static final Path FOLDER = Path.of("..", "results", "reference");
  private final Evidence stored;

  RegressionTest() throws IOException {
    try (var folders = Files.list(FOLDER)) {
      stored = new ResultsFolder(folders.sorted().findFirst().orElseThrow()).readEvidence();
    }
  }

  private static Machine machine(Evidence evidence) {
    return new Machine("machine", evidence, List.of());
  }

  private Optional<Regression> beside(Evidence now) {
    return Regression.of(machine(stored), machine(now), Tolerances.shipped());
  }

  private Evidence planted(UnaryOperator<Metric> fault) {
    return new Evidence(
        stored.provenance(),
        stored.runs(),
        stored.metrics().stream().map(fault).toList(),
        stored.spectra());
  }

  private static Metric with(Metric m, double value) {
    return new Metric(m.run(), m.claim(), m.name(), m.step(), value, m.uncertainty(), m.unit());
  }

  private static List<String> names(List<Regression.Metric> metrics) {
    return metrics.stream().map(m -> m.claim() + " " + m.metric()).toList();
  }

  private List<Run> runs(UnaryOperator<String> configuration) {
    return stored.runs().stream()
        .map(r ->
            new Run(
                r.id(),
                r.claim(),
                r.arm(),
                r.tier(),
                r.device(),
                r.seed(),
                configuration.apply(r.configuration()),
                r.wallSeconds()))
        .toList();
  }

  @Test
  void storedEvidenceIsAsBefore() {
    Regression regression = beside(stored).orElseThrow();
    assertEquals(List.of(), regression.changed());
    assertEquals(List.of(), regression.unclear());
    assertTrue(regression.asBefore() > 100);
  }

  @Test
  void oneChangedValueIsNoticedBeforeAndAfterTraining() {
    for (long step : List.of(0L, 150L)) {
      Regression regression =
          beside(
                  planted(m ->
                      m.run().equals("A1/d64/seed3") && m.name().equals("loss") && m.step() == step
                          ? with(m, m.value() * (step == 0 ? 1.05 : 1.5))
                          : m))
              .orElseThrow();
      List<Regression.Metric> noticed = step == 0 ? regression.changed() : regression.unclear();
      assertEquals(List.of("A1 loss"), names(noticed));
    }
  }

  @Test
  void anEffectOfAllSeedsHasChanged() {
    Evidence shifted =
        planted(m ->
            m.name().equals("destroyed_norm_excess") && m.step() == 150
                ? with(m, m.value() + 0.005)
                : m);
    Regression.Metric changed = beside(shifted).orElseThrow().changed().getFirst();
    assertEquals("A1 destroyed_norm_excess", changed.claim() + " " + changed.metric());
    assertTrue(changed.inWords().startsWith("A1 destroyed_norm_excess at d"), changed.inWords());
  }

  @Test
  void claimsThatWereNotMeasuredNowAreLeftOut() {
    Regression one = beside(stored.ofClaims(Set.of("A8"))).orElseThrow();
    assertEquals(List.of(), one.unclear());
    assertTrue(one.asBefore() < 10);
  }

  @Test
  void evidenceOfOtherSeedsOrAnotherMathModeIsNotComparable() {
    for (String key : List.of(Provenance.SEED, Provenance.MATH_MODE)) {
      Provenance other = stored.provenance().with(key, "tf32");
      assertEquals(
          Optional.empty(),
          beside(new Evidence(other, stored.runs(), stored.metrics(), stored.spectra())));
    }
  }

  @Test
  void otherCorpusIsNoFaultButWhatNeedsNoneStillMustAgree() {
    String hash = stored.provenance().entries().get(Provenance.CORPUS_HASH);
    List<Run> runs = runs(configuration -> configuration.replace(hash, "0".repeat(64)));
    for (boolean faulty : List.of(false, true)) {
      List<Metric> metrics =
          stored.metrics().stream()
              .map(m -> faulty && m.name().equals("refit_a") ? with(m, m.value() + 1) : m)
              .map(m ->
                  m.claim().equals("A1") && m.name().equals("loss") ? with(m, m.value() + 1) : m)
              .map(m -> m.name().equals("efficiency_factor") ? with(m, 3 * m.value()) : m)
              .toList();
      Regression regression =
          beside(new Evidence(stored.provenance(), runs, metrics, stored.spectra())).orElseThrow();
      assertEquals(faulty ? List.of("B1 refit_a") : List.of(), names(regression.changed()));
      assertTrue(names(regression.unclear()).contains("A1 loss"));
    }
  }

  /**
   * Where two rates are equally good, the kernels of another processor may choose the other one.
   */
  @Test
  void anArmWhoseTrialsChooseAnotherRateIsLeftOut() {
    List<Run> runs =
        runs(json -> json.replace("\"learningRate\":0.012,", "\"learningRate\":0.006,"));
    assertTrue(!runs.equals(stored.runs()), stored.runs().getLast().configuration());
    Regression regression =
        beside(new Evidence(stored.provenance(), runs, stored.metrics(), stored.spectra()))
            .orElseThrow();
    assertEquals(List.of(), regression.changed());
    assertEquals(List.of(), regression.unclear());
  }
}
