package dev.gatun.claims.ngram;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.backend.Backend;
import dev.gatun.backend.cpu.CpuBackend;
import dev.gatun.data.Corpus;
import dev.gatun.data.UnusableCorpusException;
import dev.gatun.experiment.ClaimContext;
import dev.gatun.experiment.Computation;
import dev.gatun.experiment.Measured;
import dev.gatun.experiment.Progress;
import dev.gatun.experiment.ProgressListener;
import dev.gatun.experiment.Seeds;
import dev.gatun.experiment.Tier;
import dev.gatun.results.Evidence;
import dev.gatun.spectrum.Spectrum;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class B6NextTokenRankTest {
  @TempDir private Path output;

  @Test
  void interruptedWorkGoesOnWhereItWasAndNumbersDoNotDependOnThreads() {
    Evidence whole = evidence(2, output.resolve("whole"), ProgressListener.NONE);
    Path interrupted = output.resolve("interrupted");
    assertThrows(
        CancellationException.class,
        () ->
            evidence(
                1,
                interrupted,
                progress -> {
                  if (progress.done() == 2) {
                    throw new CancellationException();
                  }
                }));
    assertFalse(Files.exists(interrupted.resolve("unfinished/ngram/temporary")));
    List<String> tasks = new ArrayList<>();
    Evidence resumed = evidence(1, interrupted, progress -> tasks.add(progress.task()));
    assertTrue(tasks.stream().noneMatch(task -> task.endsWith(" n5-part4")), tasks::toString);
    assertEquals(whole.metrics(), resumed.metrics());
    assertEquals(
        whole.spectra().getFirst().singularValues()[100],
        resumed.spectra().getFirst().singularValues()[100]);
  }

  @Test
  void errorsAreOneForNoDimensionAndNoneForAll() {
    var spectrum = new Spectrum(new double[] {4, 2, 2, 1, 0}, 1e-9, 9, 5, Spectrum.Method.DIRECT);
    var errors = new ErrorCurve(spectrum, 25);
    assertEquals(1, errors.at(0));
    assertEquals(0.6, errors.at(1));
    assertEquals(0.2, errors.at(3));
    assertEquals(0, errors.at(4));
    assertEquals(0, errors.at(7));
    assertEquals(2, errors.dimension(0.5));
    assertEquals(1, errors.dimension(0.6));
    assertEquals(0, errors.dimension(1));
    assertEquals(4, errors.dimension(0));
  }

  @Test
  void tooLittleTextIsOneClearError() {
    try (Backend backend = CpuBackend.open(1)) {
      var context =
          new ClaimContext(
              backend,
              Tier.QUICK,
              Seeds.from(1),
              () -> Corpus.of("note", List.of(new Corpus.File("a", "Hello, world."))),
              ProgressListener.NONE,
              output);
      String message =
          assertThrows(
                  UnusableCorpusException.class,
                  () -> Measured.evidence(new B6NextTokenRank(), context))
              .getMessage();
      assertTrue(message.contains("too small for a vocabulary of 4096"), message);
      assertEquals(1, message.lines().count());
    }
  }

  @Test
  void armsOfEveryTierAreDistinct() {
    for (Tier tier : Tier.values()) {
      List<String> ids =
          NgramPlan.of(tier, Seeds.from(1)).settings().stream()
              .map(s -> s.arm() + s.seed())
              .toList();
      assertEquals(ids.size(), ids.stream().distinct().count());
    }
  }

  @Test
  void deskHasTwoMatricesOfTheWholeCorpusAtThePapersSmallerVocabulary() {
    NgramPlan plan = NgramPlan.of(Tier.DESK, Seeds.from(1));
    assertEquals(32_768, plan.vocabulary());
    assertEquals(
        List.of("n5", "n5-seen20"), plan.settings().stream().map(NgramSetting::arm).toList());
  }

  @Test
  void costIsSaidInTwoLines() {
    NgramPlan plan = NgramPlan.of(8192, List.of(3), List.of(1), 1);
    var claim = new B6NextTokenRank(new NgramExperiment(NgramMeasures.EXACT, (_, _) -> plan));
    try (Backend backend = CpuBackend.open(1)) {
      Computation cost = claim.computation(Tier.DESK, backend).orElseThrow();
      List<String> lines = cost.lines();
      assertTrue(lines.getFirst().contains("V = 8,192"), lines::toString);
      assertTrue(lines.getLast().contains("at most 0.5 GiB"), lines::toString);
      // Its order is 8 times that which is timed: no processor does one in a second.
      assertTrue(cost.seconds() > plan.settings().size(), "" + cost.seconds());
    }
  }

  private static Evidence evidence(int threads, Path folder, ProgressListener listener) {
    try (Backend backend = CpuBackend.open(threads)) {
      return Measured.evidence(
          SmallNgrams.claim(NgramMeasures.EXACT), SmallNgrams.context(backend, folder, listener));
    }
  }

  @Test
  void progressIsToldForEveryMatrix() {
    List<Progress> told = new ArrayList<>();
    evidence(2, output, told::add);
    assertEquals(7, told.getLast().total());
    assertEquals(7, told.getLast().done());
  }
}
