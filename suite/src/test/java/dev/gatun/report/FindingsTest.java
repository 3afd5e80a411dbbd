package dev.gatun.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.results.Evidence;
import dev.gatun.results.ExpectedValues;
import dev.gatun.results.Judgement;
import dev.gatun.results.ResultsFolder;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the report says of the dispute, from the stored evidence of a tier. */
class FindingsTest {
  private static final List<String> QUESTIONS =
      List.of(
          "What is destroyed?",
          "Is it signal?",
          "Does it cost training?",
          "Would another gradient train faster?",
          "What explains SpamLang?",
          "What does a head without a bias do?");

  private static ReportPage page(String folder) {
    Evidence evidence =
        new ResultsFolder(Path.of("..", "results", "reference", folder)).readEvidence();
    ExpectedValues expected = ExpectedValues.shipped();
    return new ReportPage(
        evidence, Judgement.of(evidence, expected), expected, Report.Beside.NOTHING);
  }

  @ParameterizedTest
  @ValueSource(strings = {"amd-epyc-avx512-2-cores", "amd-epyc-avx512-2-cores-desk"})
  void everyQuestionHasAParagraphAFigureAndWhatWouldChangeIt(String folder) {
    ReportPage page = page(folder);
    List<PaperSection.Said> dispute = page.papers().getLast().findings();
    assertEquals(QUESTIONS, dispute.stream().map(PaperSection.Said::title).toList());
    for (PaperSection.Said finding : dispute) {
      assertTrue(finding.figure().isPresent(), finding.title());
      assertTrue(text(finding).matches(".*would (change|show|tell).*"), text(finding));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"amd-epyc-avx512-2-cores", "amd-epyc-avx512-2-cores-desk"})
  void aParagraphStandsInOnePlaceAndPapersLinkToIt(String folder) {
    ReportPage page = page(folder);
    PaperSection gradients = page.papers().getFirst();
    assertEquals(
        QUESTIONS.stream()
            .filter(
                q -> !List.of("Is it signal?", "Would another gradient train faster?").contains(q))
            .toList(),
        gradients.elsewhere(page.papers()).stream().map(PaperSection.Said::title).toList());
    var sentences = new HashSet<String>();
    for (PaperSection paper : page.papers()) {
      for (PaperSection.Said finding : paper.findings()) {
        for (String sentence : text(finding).split("(?<=[.:]) ")) {
          assertTrue(sentences.add(sentence), "said twice: " + sentence);
        }
      }
    }
  }

  private static String text(PaperSection.Said finding) {
    return finding.text().stream().map(Inline::text).collect(Collectors.joining());
  }
}
