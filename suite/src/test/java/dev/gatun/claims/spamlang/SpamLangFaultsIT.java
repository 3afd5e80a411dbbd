package dev.gatun.claims.spamlang;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import dev.gatun.backend.Backend;
import dev.gatun.backend.cpu.CpuBackend;
import dev.gatun.claims.spamlang.SpamLangRun.Examples;
import dev.gatun.data.BatchSource;
import dev.gatun.data.SpamLang;
import dev.gatun.experiment.ClaimContext;
import dev.gatun.experiment.Measured;
import dev.gatun.experiment.PlantedFaults;
import dev.gatun.results.Evidence;
import dev.gatun.results.Outcome;
import dev.gatun.results.Verdict;
import dev.gatun.tensor.Batch;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.IntUnaryOperator;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * A6's checks reproduce as long as language, coverage and model are what they say, and do not when
 * one of them is broken on purpose.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SpamLangFaultsIT {
  /** Of those whose verdict does not depend on V. */
  private static final IntUnaryOperator AN_EIGHTH = vocabulary -> vocabulary / 8;

  /** Models of few symbols, half learned, scatter: what compares them keeps its smallest V. */
  private static final IntUnaryOperator TO_2048 = vocabulary -> Math.min(2048, vocabulary);

  private static final Set<String> KEEP_SMALL =
      Set.of(
          "coverage_gap_at_4.88",
          "coverage_gap_at_19.5",
          "coverage_smallest_not_learned",
          "narrow_backward_learns_less");

  /** By arms, fault and examples: tests that read one of them train it once. */
  private final Map<List<Object>, Evidence> measured = new HashMap<>();

  private final Backend backend = CpuBackend.open(1);

  /** All tests share it, because checks share arms. */
  @TempDir private static Path soundOutput;

  @TempDir private Path faultyOutput;

  @AfterAll
  void closeBackend() {
    backend.close();
  }

  /** Each sequence is to be followed by the symbol of the next one. */
  private static final Examples SHUFFLED_LABELS =
      (setting, randomness) -> {
        BatchSource whole = Examples.UNIFORM.of(setting, randomness);
        return step -> {
          Batch batch = whole.batch(step);
          int[] targets = new int[batch.targets().length];
          for (int i = 0; i < targets.length; i++) {
            targets[i] = batch.targets()[(i + batch.length()) % targets.length];
          }
          return new Batch(batch.inputs(), targets, batch.batch(), batch.length());
        };
      };

  /** The second half of the symbols never occurs. */
  private static final Examples HALF_OF_THE_SYMBOLS =
      (setting, randomness) ->
          new SpamLang(
              setting.model().vocabulary() / 2, setting.batch(), setting.length(), randomness);

  /** Sequences of 1 come 64 at a time with one and the same symbol. */
  private static final Examples DEPENDENT_SEQUENCES =
      (setting, randomness) -> {
        int copies = Math.min(64, setting.batch());
        BatchSource few =
            new SpamLang(
                setting.model().vocabulary(),
                setting.batch() / copies,
                setting.length() * copies,
                randomness);
        return step -> {
          Batch batch = few.batch(step);
          return new Batch(batch.inputs(), batch.targets(), setting.batch(), setting.length());
        };
      };

  private static final Examples HALF_OF_THE_SYMBOLS_OF_THE_LARGEST = ofLargest(HALF_OF_THE_SYMBOLS);

  private static final UnaryOperator<SpamLangSetting> NO_FAULT = setting -> setting;

  @Test
  void shuffledLabelsAreFound() {
    assertFound("paper_smallest_learned", NO_FAULT, SHUFFLED_LABELS);
    assertFound("coverage_largest_learned", NO_FAULT, SHUFFLED_LABELS);
  }

  @Test
  void modelThatCannotLearnIsFoundThoughItPassesForALargeVocabulary() {
    UnaryOperator<SpamLangSetting> unlearning =
        s -> SmallSpamLang.with(s, s.steps(), 0, s.backwardRank());
    assertFound("paper_smallest_learned", unlearning, Examples.UNIFORM);
    assertFound("paper_accuracy_lost", unlearning, Examples.UNIFORM);
    assertFound("coverage_largest_learned", unlearning, Examples.UNIFORM);
    String passes = "paper_largest_not_learned";
    assertEquals(
        Outcome.REPRODUCED, verdict(passes, passes, unlearning, Examples.UNIFORM).outcome());
  }

  @Test
  void largestVocabularyThatIsShownMoreThanItsLabelSaysIsFound() {
    UnaryOperator<SpamLangSetting> more =
        s -> SmallSpamLang.with(s, 4 * s.steps(), s.training().learningRate(), s.backwardRank());
    assertFound("paper_largest_not_learned", more, Examples.UNIFORM);
    assertFound("coverage_smallest_not_learned", more, Examples.UNIFORM);
  }

  @Test
  void symbolsThatAreNeverShownAreFound() {
    assertFound("coverage_largest_learned", NO_FAULT, HALF_OF_THE_SYMBOLS);
    assertFound("coverage_gap_at_19.5", NO_FAULT, HALF_OF_THE_SYMBOLS_OF_THE_LARGEST);
  }

  @Test
  void symbolsThatAreNeverShownAreFoundInTheirCount() {
    String arms = "coverage_gap_at_19.5";
    String check = "symbols_drawn_from_all";
    Verdict exact = verdict(arms, check, NO_FAULT, Examples.UNIFORM);
    Verdict found = verdict(arms, check, NO_FAULT, HALF_OF_THE_SYMBOLS_OF_THE_LARGEST);
    assertEquals(Outcome.REPRODUCED, exact.outcome(), exact::toString);
    assertEquals(Outcome.NOT_REPRODUCED, found.outcome(), found::toString);
  }

  @Test
  void largestVocabularyThatLearnsWorseAtEqualCoverageIsFound() {
    assertFound("coverage_gap_at_4.88", NO_FAULT, ofLargest(SHUFFLED_LABELS));
  }

  @Test
  void longSequencesThatLearnWorseAreFound() {
    assertFound(
        "length64_at_equal_sequences",
        NO_FAULT,
        (setting, randomness) ->
            (setting.length() == 64 ? SHUFFLED_LABELS : Examples.UNIFORM).of(setting, randomness));
  }

  @Test
  void positionsThatAreNotIndependentAreFound() {
    assertFound("length1_at_equal_positions", NO_FAULT, DEPENDENT_SEQUENCES);
  }

  @Test
  void backwardPassThatIsNotLimitedIsFound() {
    assertFound(
        "narrow_backward_learns_less",
        s -> SmallSpamLang.with(s, s.steps(), s.training().learningRate(), s.model().width()),
        Examples.UNIFORM);
  }

  /** A fault that only arms of the largest vocabulary have. */
  private static Examples ofLargest(Examples fault) {
    return (setting, randomness) ->
        (setting.arm().startsWith("v8192") ? fault : Examples.UNIFORM).of(setting, randomness);
  }

  private void assertFound(String check, UnaryOperator<SpamLangSetting> fault, Examples examples) {
    Verdict exact = verdict(check, check, NO_FAULT, Examples.UNIFORM);
    Verdict found = verdict(check, check, fault, examples);
    assertEquals(Outcome.REPRODUCED, exact.outcome(), exact::toString);
    assertNotEquals(Outcome.REPRODUCED, found.outcome(), found::toString);
    assertNotEquals(Outcome.SKIPPED, found.outcome(), found::toString);
  }

  /** The verdict of a check, after the arms that {@code arms}, a check, reads were trained. */
  private Verdict verdict(
      String arms, String check, UnaryOperator<SpamLangSetting> fault, Examples examples) {
    Evidence evidence =
        measured.computeIfAbsent(
            List.of(arms, fault, examples), _ -> measure(arms, fault, examples));
    return PlantedFaults.verdict(evidence, "A6", check);
  }

  private Evidence measure(String arms, UnaryOperator<SpamLangSetting> fault, Examples examples) {
    boolean soundLanguage = examples == Examples.UNIFORM;
    ClaimContext context =
        SmallSpamLang.context(backend, soundLanguage ? soundOutput : faultyOutput);
    IntUnaryOperator size = KEEP_SMALL.contains(arms) ? TO_2048 : AN_EIGHTH;
    Evidence evidence =
        Measured.evidence(SmallSpamLang.claim(arms, size, fault, examples), context);
    // A stored run knows its configuration, but not the fault of its language.
    if (!soundLanguage) {
      context.discardUnfinished();
    }
    return evidence;
  }
}
