package dev.gatun.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.results.Evidence;
import dev.gatun.results.ExpectedValues;
import dev.gatun.results.Judgement;
import dev.gatun.results.Metric;
import dev.gatun.results.Outcome;
import dev.gatun.results.Provenance;
import dev.gatun.results.ResultsFolder;
import dev.gatun.results.Run;
import dev.gatun.results.Tolerances;
import dev.gatun.results.comparison.Comparison;
import dev.gatun.results.comparison.Machine;
import java.io.IOException;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** Faults planted into a copy of the reference evidence: the build notices each. */
class ReferencesTest {
  private final Machine reference;

  ReferencesTest() throws IOException {
    reference = machine(new ResultsFolder(References.folders().getFirst()).readEvidence());
  }

  private static Machine machine(Evidence evidence) {
    return new Machine("machine", evidence, Judgement.of(evidence, ExpectedValues.shipped()));
  }

  private List<String> broken(UnaryOperator<Metric> fault) {
    return References.broken(Comparison.of(reference, planted(fault), Tolerances.shipped()));
  }

  private Machine planted(UnaryOperator<Metric> fault) {
    Evidence evidence = reference.evidence();
    return machine(
        new Evidence(
            evidence.provenance(),
            evidence.runs(),
            evidence.metrics().stream().map(fault).toList(),
            evidence.spectra()));
  }

  private static Metric with(Metric m, double value) {
    return new Metric(m.run(), m.claim(), m.name(), m.step(), value, m.uncertainty(), m.unit());
  }

  @Test
  void referenceHoldsItself() {
    assertEquals(List.of(), broken(UnaryOperator.identity()));
  }

  @Test
  void oneChangedValueIsNoticedBeforeAndAfterTraining() {
    for (long step : List.of(0L, 150L)) {
      List<String> lines =
          broken(m ->
              m.run().equals("A1/d64/seed3") && m.name().equals("loss") && m.step() == step
                  ? with(m, m.value() * 1.05)
                  : m);
      assertEquals(1, lines.size(), lines.toString());
      assertTrue(lines.getFirst().startsWith("A1 loss "), lines.toString());
    }
  }

  @Test
  void gatingCheckThatTurnsInconclusiveIsNoticed() {
    // Half of the seeds up and half down: the mean stays and the interval grows past the bound.
    Machine scattered =
        planted(m ->
            m.name().equals("destroyed_norm_excess") && m.step() == 150
                ? with(m, m.value() + (m.run().endsWith("seed1") ? 0.02 : -0.005))
                : m);
    Comparison comparison = Comparison.of(reference, scattered, Tolerances.shipped());
    assertTrue(
        comparison.outcomes().stream()
            .anyMatch(o -> o.other() == Outcome.INCONCLUSIVE && o.gates()),
        "the fault makes a check inconclusive");
    List<String> lines = References.broken(comparison);
    assertTrue(
        lines.contains("A1 trained_head_excess was REPRODUCED and is INCONCLUSIVE"),
        lines.toString());
  }

  @Test
  void missingClaimIsNoticed() {
    Evidence evidence = reference.evidence();
    List<Run> runs = evidence.runs().stream().filter(r -> !r.claim().equals("A8")).toList();
    Machine without =
        machine(new Evidence(evidence.provenance(), runs, evidence.metrics(), evidence.spectra()));
    List<String> lines = References.broken(Comparison.of(reference, without, Tolerances.shipped()));
    assertTrue(lines.contains("A8 top1_accuracy was REPRODUCED and is SKIPPED"), lines.toString());
  }

  @Test
  void otherCorpusIsNoFaultButWhatNeedsNoneStillMustAgree() {
    Evidence evidence = reference.evidence();
    String hash = evidence.provenance().entries().get(Provenance.CORPUS_HASH);
    List<Run> runs =
        evidence.runs().stream()
            .map(r ->
                new Run(
                    r.id(),
                    r.claim(),
                    r.arm(),
                    r.tier(),
                    r.device(),
                    r.seed(),
                    r.configuration().replace(hash, "0".repeat(64)),
                    r.wallSeconds()))
            .toList();
    Provenance other = evidence.provenance().with(Provenance.CORPUS_HASH, "0".repeat(64));
    for (boolean faulty : List.of(false, true)) {
      List<Metric> metrics =
          evidence.metrics().stream()
              .map(m -> faulty && m.name().equals("refit_a") ? with(m, m.value() + 1) : m)
              .map(m ->
                  m.claim().equals("A1") && m.name().equals("loss") ? with(m, m.value() + 1) : m)
              .toList();
      Machine elsewhere = machine(new Evidence(other, runs, metrics, evidence.spectra()));
      Comparison comparison = Comparison.of(reference, elsewhere, Tolerances.shipped());
      assertFalse(References.onTheSameCorpus(comparison));
      List<String> lines = References.broken(comparison);
      assertEquals(faulty ? 1 : 0, lines.size(), lines.toString());
    }
  }
}
