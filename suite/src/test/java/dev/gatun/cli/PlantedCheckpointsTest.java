package dev.gatun.cli;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.claims.checkpoint.CheckpointClaims;
import dev.gatun.facts.PublishedModel;
import dev.gatun.facts.SaturationPaper;
import dev.gatun.facts.SaturationPaper.Anisotropy;
import dev.gatun.facts.SaturationPaper.SingularEntropy;
import dev.gatun.results.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
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
  private static final CheckpointClaims PAPERS = CheckpointClaims.shipped();
  private static final SaturationPaper PAPER = PAPERS.saturation();
  private static final int VOCABULARY = 512;
  private static final PublishedModel SMALL = JudgedFolders.model("Pythia-14m", 6, 128);
  private static final PublishedModel LARGE = JudgedFolders.model("Pythia-410m", 2, 64);

  /** The checks that tell a collapsed head from a healthy one. */
  private static final List<String> CHECKS =
      List.of(
          "checkpoint_last_layer",
          "checkpoint_entropy",
          "checkpoint_collapse_small",
          "checkpoint_collapse_small_centred",
          "checkpoint_no_collapse_large");

  @TempDir Path temporary;

  private JudgedFolders folders;

  @BeforeEach
  void noFolderYet() {
    folders = new JudgedFolders(temporary, PAPERS, SMALL, LARGE);
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
    plant(model, 1000, 1.2 * least, cosine);
    plant(model, entropy(model).leastStep(), least, cosine);
    plant(model, PAPER.pythiaTraining().steps(), last, cosine);
  }

  private void plant(PublishedModel model, long step, double entropy, double cosine) {
    folders.plant(
        model, step, new PlantedModel(model.layers(), model.width(), VOCABULARY, entropy, cosine));
  }

  private void judge(String... claims) {
    folders.judge(
        PlantedModel.tokens(temporary.resolve("t.safetensors"), 4, 32, VOCABULARY), claims);
  }

  @Test
  void aCollapsedSmallHeadAndAHealthyLargeOneAreAsThePaperSays() throws IOException {
    plant(SMALL, entropy(SMALL).least(), entropy(SMALL).last(), cosine(SMALL));
    plant(LARGE, entropy(LARGE).least(), entropy(LARGE).last(), cosine(LARGE));
    judge("B3", "B4");
    folders.assertChecks(Outcome.REPRODUCED, CHECKS);
    folders.assertClaims(Outcome.REPRODUCED, "B3", "B4");
    String html = Files.readString(folders.report());
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
    judge("B3", "B4");
    folders.assertChecks(Outcome.NOT_REPRODUCED, CHECKS);
    folders.assertClaims(Outcome.NOT_REPRODUCED, "B3", "B4");
  }

  @Test
  void anEntropyThatIsThreePercentOffAndACosineThatIsSevenHundredthsOffAreFound() {
    plant(SMALL, entropy(SMALL).least(), entropy(SMALL).last(), cosine(SMALL) - 0.07);
    plant(LARGE, entropy(LARGE).least(), 1.03 * entropy(LARGE).last(), cosine(LARGE));
    judge("B3", "B4");
    folders.assertChecks(
        Outcome.NOT_REPRODUCED, List.of("checkpoint_entropy", "checkpoint_last_layer"));
    folders.assertChecks(Outcome.REPRODUCED, List.of("checkpoint_collapse_small"));
  }

  @Test
  void aRiseOfTwentyTwoHundredthsIsNoCollapseAndOneOfTwentyEightIs() {
    double most = Math.log(SMALL.width());
    double least = entropy(SMALL).least();
    plant(SMALL, least, least + 0.22 * most, cosine(SMALL));
    double ofLarge = entropy(LARGE).least();
    plant(LARGE, ofLarge, ofLarge + 0.28 * Math.log(LARGE.width()), cosine(LARGE));
    judge("B4");
    folders.assertChecks(
        Outcome.NOT_REPRODUCED,
        List.of("checkpoint_collapse_small", "checkpoint_no_collapse_large"));
  }
}
