package dev.gatun.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.facts.PublishedModel;
import dev.gatun.facts.SaturationPaper;
import dev.gatun.facts.SaturationPaper.Anisotropy;
import dev.gatun.facts.SaturationPaper.SingularEntropy;
import dev.gatun.report.Report;
import dev.gatun.results.ClaimVerdict;
import dev.gatun.results.Evidence;
import dev.gatun.results.ExpectedValues;
import dev.gatun.results.Judgement;
import dev.gatun.results.Outcome;
import dev.gatun.results.ResultsFolder;
import dev.gatun.results.Run;
import dev.gatun.results.Verdict;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * B3 and B4 on folders whose spectra and states are planted: Pythia-14m in its own shape but for V,
 * and Pythia-410m with 2 of its 24 layers and 64 of its 1,024 dimensions. What the paper has of
 * them is read from its facts.
 *
 * <p>The smallest planted differences that are found: an entropy that is 3 % off the figure's, a
 * mean cosine that is 0.07 off, and a rise of 0.22 of ln D in place of one of 0.28.
 */
class PlantedCheckpointsTest {
  private static final SaturationPaper PAPER = SaturationPaper.shipped();
  private static final int VOCABULARY = 512;
  private static final PublishedModel SMALL = model("Pythia-14m", 6, 128);
  private static final PublishedModel LARGE = model("Pythia-410m", 2, 64);

  private final List<Path> folders = new ArrayList<>();

  @TempDir Path temporary;

  private static PublishedModel model(String name, int layers, int width) {
    PublishedModel of =
        PublishedModel.all().stream().filter(m -> m.name().equals(name)).findFirst().orElseThrow();
    return new PublishedModel(of.family(), of.size(), of.parameters(), width, layers, of.names());
  }

  private static SingularEntropy entropy(PublishedModel of) {
    return PAPER.singularEntropies().stream()
        .filter(point -> point.model().name().equals(of.name()))
        .findFirst()
        .orElseThrow();
  }

  private static double cosine(PublishedModel of) {
    return PAPER.lastLayerAnisotropies().stream()
        .filter(point -> point.model().name().equals(of.name()))
        .mapToDouble(Anisotropy::low)
        .findFirst()
        .orElseThrow();
  }

  /** The model early, at the paper's minimum and at the end. */
  private void plant(PublishedModel model, double least, double last, double cosine) {
    long end = PAPER.pythiaTraining().steps();
    plant(model, 1000, 1.2 * least, cosine);
    plant(model, entropy(model).leastStep(), least, cosine);
    plant(model, end, last, cosine);
  }

  private void plant(PublishedModel model, long step, double entropy, double cosine) {
    Path folder = temporary.resolve(model.names().getFirst()).resolve("step" + step);
    folders.add(
        new PlantedModel(model.layers(), model.width(), VOCABULARY, entropy, cosine).write(folder));
  }

  private List<Verdict> judged(String... claims) {
    Path tokens = PlantedModel.tokens(temporary.resolve("t.safetensors"), 4, 32, VOCABULARY);
    Path out = temporary.resolve("measured");
    List<Object> command = new ArrayList<>(List.of("measure"));
    command.addAll(folders);
    command.addAll(List.of("--tokens", tokens, "--out", out, "--threads", 1));
    CommandRun run = CommandRun.of(command.toArray());
    assertEquals(0, run.code(), run.err());
    Evidence all = new ResultsFolder(out).readEvidence();
    List<Evidence> measured = all.runs().stream().map(of -> only(all, of)).toList();
    Evidence evidence =
        CheckpointReproduction.of(
                List.of(claims), StoredCheckpoint.of(folders, Set.of()), List.of(SMALL, LARGE))
            .evidence(measured, all.provenance());
    List<Verdict> verdicts = Judgement.of(evidence, ExpectedValues.shipped());
    Report.write(report(), evidence, verdicts, ExpectedValues.shipped());
    return verdicts;
  }

  private Path report() {
    return temporary.resolve("report.html");
  }

  private static Evidence only(Evidence all, Run run) {
    return new Evidence(
        all.provenance(),
        List.of(run),
        all.metrics().stream().filter(m -> m.run().equals(run.id())).toList(),
        all.spectra().stream().filter(s -> s.run().equals(run.id())).toList());
  }

  private static Outcome outcome(List<Verdict> verdicts, String check) {
    return verdicts.stream()
        .filter(v -> v.check().equals(check))
        .findFirst()
        .orElseThrow()
        .outcome();
  }

  private static Outcome ofClaim(List<Verdict> verdicts, String claim) {
    return ClaimVerdict.of(ExpectedValues.shipped().of(claim), verdicts).outcome();
  }

  @Test
  void aCollapsedSmallHeadAndAHealthyLargeOneAreAsThePaperSays() throws IOException {
    plant(SMALL, entropy(SMALL).least(), entropy(SMALL).last(), cosine(SMALL));
    plant(LARGE, entropy(LARGE).least(), entropy(LARGE).last(), cosine(LARGE));
    List<Verdict> verdicts = judged("B3", "B4");
    for (String check :
        List.of(
            "checkpoint_last_layer",
            "checkpoint_entropy",
            "checkpoint_collapse_small",
            "checkpoint_collapse_small_centred",
            "checkpoint_no_collapse_large")) {
      assertEquals(Outcome.REPRODUCED, outcome(verdicts, check), verdicts.toString());
    }
    assertEquals(Outcome.REPRODUCED, ofClaim(verdicts, "B3"));
    assertEquals(Outcome.REPRODUCED, ofClaim(verdicts, "B4"));
    String html = Files.readString(report());
    for (String part :
        List.of(
            "figure-measure-anisotropy-sizes",
            "figure-measure-anisotropy-steps",
            "figure-measure-entropy-steps",
            "Pythia-14m (paper, read off)",
            "The small heads collapse and the large ones do not, by the stated rule")) {
      assertTrue(html.contains(part), part);
    }
  }

  @Test
  void aHealthySmallHeadAndACollapsedLargeOneAreNot() {
    plant(SMALL, entropy(SMALL).least(), 1.1 * entropy(SMALL).least(), cosine(LARGE));
    plant(LARGE, entropy(LARGE).least(), 0.9 * Math.log(LARGE.width()), cosine(SMALL));
    List<Verdict> verdicts = judged("B3", "B4");
    for (String check :
        List.of(
            "checkpoint_last_layer",
            "checkpoint_entropy",
            "checkpoint_collapse_small",
            "checkpoint_collapse_small_centred",
            "checkpoint_no_collapse_large")) {
      assertEquals(Outcome.NOT_REPRODUCED, outcome(verdicts, check), verdicts.toString());
    }
    assertEquals(Outcome.NOT_REPRODUCED, ofClaim(verdicts, "B3"));
    assertEquals(Outcome.NOT_REPRODUCED, ofClaim(verdicts, "B4"));
  }

  @Test
  void anEntropyThatIsThreePercentOffAndACosineThatIsSevenHundredthsOffAreFound() {
    plant(SMALL, entropy(SMALL).least(), entropy(SMALL).last(), cosine(SMALL) - 0.07);
    plant(LARGE, entropy(LARGE).least(), 1.03 * entropy(LARGE).last(), cosine(LARGE));
    List<Verdict> verdicts = judged("B3", "B4");
    assertEquals(Outcome.NOT_REPRODUCED, outcome(verdicts, "checkpoint_entropy"));
    assertEquals(Outcome.NOT_REPRODUCED, outcome(verdicts, "checkpoint_last_layer"));
    assertEquals(Outcome.REPRODUCED, outcome(verdicts, "checkpoint_collapse_small"));
  }

  @Test
  void aRiseOfTwentyTwoHundredthsIsNoCollapseAndOneOfTwentyEightIs() {
    double most = Math.log(SMALL.width());
    double least = entropy(SMALL).least();
    plant(SMALL, least, least + 0.22 * most, cosine(SMALL));
    double ofLarge = entropy(LARGE).least();
    plant(LARGE, ofLarge, ofLarge + 0.28 * Math.log(LARGE.width()), cosine(LARGE));
    List<Verdict> verdicts = judged("B4");
    assertEquals(Outcome.NOT_REPRODUCED, outcome(verdicts, "checkpoint_collapse_small"));
    assertEquals(Outcome.NOT_REPRODUCED, outcome(verdicts, "checkpoint_no_collapse_large"));
  }
}
