package dev.gatun.claims.spamlang;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.backend.Backend;
import dev.gatun.backend.cpu.CpuBackend;
import dev.gatun.claims.spamlang.SpamLangRun.Examples;
import dev.gatun.data.BatchSource;
import dev.gatun.data.SpamLang;
import dev.gatun.experiment.ClaimContext;
import dev.gatun.experiment.Measured;
import dev.gatun.experiment.PlantedFaults;
import dev.gatun.results.Evidence;
import dev.gatun.tensor.Batch;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntUnaryOperator;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * What A6 measures is as it was as long as language, coverage and model are what they say, and not
 * when one of them is broken on purpose.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SpamLangFaultsIT {
  /** Of those whose verdict does not depend on V. */
  private static final IntUnaryOperator AN_EIGHTH = vocabulary -> vocabulary / 8;

  /** Models of few symbols, half learned, scatter: what compares them keeps its smallest V. */
  private static final IntUnaryOperator TO_2048 = vocabulary -> Math.min(2048, vocabulary);

  private static final List<String> LARGEST =
      List.of("v8192-batch128-rate0.001", "v8192-batch128-rate0.003", "v8192-batch128-rate0.01");
  private static final List<String> SMALLEST =
      List.of("v512-batch128-rate0.001", "v512-batch128-rate0.003", "v512-batch128-rate0.01");
  private static final List<String> LARGEST_OF_MORE_EXAMPLES = List.of("v8192-seq19.5-rate0.01");
  private static final List<String> SMALLEST_OF_FEWER_EXAMPLES =
      List.of("v512-seq4.88-rate0.001", "v512-seq4.88-rate0.003", "v512-seq4.88-rate0.01");
  private static final List<String> BACKWARD = List.of("backward8-v512-seq19.5");

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

  private static final UnaryOperator<SpamLangSetting> NO_FAULT = setting -> setting;

  @Test
  void shuffledLabelsAreFound() {
    assertFound("smallest_learned", SMALLEST, AN_EIGHTH, NO_FAULT, SHUFFLED_LABELS);
    assertFound("cause", LARGEST_OF_MORE_EXAMPLES, AN_EIGHTH, NO_FAULT, SHUFFLED_LABELS);
  }

  @Test
  void modelThatCannotLearnIsFoundThoughItPassesForALargeVocabulary() {
    UnaryOperator<SpamLangSetting> unlearning =
        s -> SmallSpamLang.with(s, s.steps(), 0, s.backwardRank());
    assertFound("smallest_learned", SMALLEST, AN_EIGHTH, unlearning, Examples.UNIFORM);
    assertFound("cause", LARGEST_OF_MORE_EXAMPLES, AN_EIGHTH, unlearning, Examples.UNIFORM);
    Evidence passes = measured(LARGEST, AN_EIGHTH, unlearning, Examples.UNIFORM);
    assertTrue(PlantedFaults.verdict(passes, "A6", "largest_not_learned").outcome().isInside());
  }

  @Test
  void largestVocabularyThatIsShownMoreThanItsLabelSaysIsFound() {
    UnaryOperator<SpamLangSetting> more =
        s -> SmallSpamLang.with(s, 4 * s.steps(), s.learningRate(), s.backwardRank());
    assertFound("largest_not_learned", LARGEST, AN_EIGHTH, more, Examples.UNIFORM);
    Examples fourfold =
        (setting, randomness) ->
            new SpamLang(
                setting.model().vocabulary(), 4 * setting.batch(), setting.length(), randomness);
    assertFound("accuracy", SMALLEST_OF_FEWER_EXAMPLES, TO_2048, NO_FAULT, fourfold);
  }

  @Test
  void symbolsThatAreNeverShownAreFoundInTheAccuracyAndInTheirCount() {
    for (String place : List.of("accuracy", "symbols_drawn_from_all")) {
      assertFound(place, LARGEST_OF_MORE_EXAMPLES, TO_2048, NO_FAULT, HALF_OF_THE_SYMBOLS);
    }
  }

  @Test
  void largestVocabularyThatLearnsWorseAtEqualCoverageIsFound() {
    assertFound("accuracy", List.of("v8192-seq4.88-rate0.003"), TO_2048, NO_FAULT, SHUFFLED_LABELS);
  }

  @Test
  void longSequencesThatLearnWorseAreFound() {
    assertFound("accuracy", List.of("length64"), AN_EIGHTH, NO_FAULT, SHUFFLED_LABELS);
  }

  @Test
  void positionsThatAreNotIndependentAreFound() {
    assertFound(
        "accuracy", List.of("length1-equal-positions"), AN_EIGHTH, NO_FAULT, DEPENDENT_SEQUENCES);
  }

  @Test
  void backwardPassThatIsNotLimitedIsFound() {
    assertFound(
        "accuracy",
        BACKWARD,
        TO_2048,
        s -> SmallSpamLang.with(s, s.steps(), s.learningRate(), s.model().width()),
        Examples.UNIFORM);
  }

  private void assertFound(
      String place,
      List<String> arms,
      IntUnaryOperator size,
      UnaryOperator<SpamLangSetting> fault,
      Examples examples) {
    PlantedFaults.assertFound(
        "A6",
        measured(arms, size, NO_FAULT, Examples.UNIFORM),
        measured(arms, size, fault, examples),
        place);
  }

  private Evidence measured(
      List<String> arms,
      IntUnaryOperator size,
      UnaryOperator<SpamLangSetting> fault,
      Examples examples) {
    return measured.computeIfAbsent(
        List.of(arms, fault, examples), _ -> measure(arms, size, fault, examples));
  }

  private Evidence measure(
      List<String> arms,
      IntUnaryOperator size,
      UnaryOperator<SpamLangSetting> fault,
      Examples examples) {
    boolean soundLanguage = examples == Examples.UNIFORM;
    ClaimContext context =
        SmallSpamLang.context(backend, soundLanguage ? soundOutput : faultyOutput);
    Evidence evidence =
        Measured.evidence(SmallSpamLang.claim(arms, size, fault, examples), context);
    // A stored run knows its configuration, but not the fault of its language.
    if (!soundLanguage) {
      context.discardUnfinished();
    }
    return evidence;
  }
}
